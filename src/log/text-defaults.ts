// The format strings of oslo.log, which are the defaults of the options of the same names.

const start = '%(asctime)s.%(msecs)03d %(process)d'

export const textDefaults = {
  log_date_format: '%Y-%m-%d %H:%M:%S',
  logging_context_format_string: `${start} %(levelname)s %(name)s [%(global_request_id)s %(request_id)s %(user_identity)s] %(instance)s%(message)s`,
  logging_default_format_string: `${start} %(levelname)s %(name)s [-] %(instance)s%(message)s`,
  logging_debug_format_suffix: '%(funcName)s %(pathname)s:%(lineno)d',
  logging_exception_prefix: `${start} ERROR %(name)s %(instance)s`,
  logging_user_identity_format: '%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s',
  instance_format: '[instance: %(uuid)s] ',
  instance_uuid_format: '[instance: %(uuid)s] ',
} as const
