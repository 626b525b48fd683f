"""Records what neutron-lib's validators and converters answer: python3 -P test/golden/attributes.py > test/golden/attributes.json

Needs python3-neutron-lib 3.1 of the system's Python. To keep the table small, texts are kept once and named by their
index, with `<>` for the value as str() writes it ("shown"): null is "valid", [index] a reason, [index, type] an exception."""
import json

from neutron_lib import constants
from neutron_lib import exceptions
from neutron_lib.api import attributes, converters, validators
from webob import exc

UUID = '11111111-2222-3333-4444-555555555555'
U2 = '22222222-2222-3333-4444-555555555555'

ANY = [
    None, True, False, 0, 1, -1, 5, 300, 70000, 1.5, 1e20, 1e-05, '', ' ', '\t', 'a', 'abc', "it's", 'say "it\'s"', 'a"b',
    'A\n', 'a\nb', 'a\r\n', 'a\u2028b', '\x1c', 'tab\there', '\x00', '\u200b', '\xa0x', 'h\xe9', '\U0001f600', '\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600',
    'back\\slash', '0', '1', ' 5 ', '+5', '1_0', '1__0', '-3', '1.0', '1e3', 'true', ' TRUE ', 'Yes', 'off', 'n', 'maybe',
    'nan', 'inf', '0x10', '99999999999999999999999', [], {}, [1], ['a', 'a'], ['a', 'b'], [[1], [1]], [{'a': 1}, {'a': 1}],
    [None], {'a': 1}, {'a': {'b': [True, None]}}, UUID, UUID.upper(), UUID.replace('-', ''), '{%s}' % UUID, 'urn:uuid:' + UUID,
    'URN:' + UUID, UUID[:-1], [UUID], [UUID, UUID], [UUID, 'x'],
]
ADDRESSES = [
    '10.0.0.1', '10.1', '010.0.0.1', '10.0.0.256', '10.0.0.1 ', '1.2.3.4.5', '0.0.0.0', '255.255.255.255', '0xa.0.0.1',
    '1' * 59, '::', '::1', 'FE80::1', 'fe80::1%eth0', '1:0:2:3:4:5:6:7', '0:0:1:0:0:0:1:0', '::1.2.3.4', '::ffff:1.2.3.4',
    '::ffff:0:1.2.3.4', '2001:db8::/32', '2001:DB8::1/64', '::/0', ':::', '1::2::3', '10.0.0.0/8', '10.0.0.1/8', '10/8', '10.0/16',
    '10.0.0.0/255.0.0.0', '10.0.0.0/0.255.255.255', '10.0.0.0/255.0.255.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/',
    '/8', '10.0.0.0 /8', '127.0.0.0/8', '127.0.0.1/32', '::1/128', '0.0.0.0/0', '2001:db8::1/129', '2001:db8::1/ffff::', '010.0.0.0/8',
    '10.0.0.0/08', '1.2.3.4/32',
]
MACS = [
    'fa:16:3e:00:00:01', 'FA-16-3E-00-00-01', 'fa16.3e00.0001', 'fa163e000001', 'fa163e:000001', '00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff', 'FFFFFFFFFFFF', '0:1:2:3:4:5', 'fa:16:3e:00:00', 'ga:16:3e:00:00:01', 'fa:16:3e:00:00:01 ', 'fa:16:3e:00:00:01\n',
    'fa-16:3e:00:00:01', '163e000001', 'a163e000001', 'fa163e-000001', 'fa16:3e00:0001', '1.2.3',
]
PORTS = ['80', 80, '80:90', '90:80', '80:80', ':80', '80:', '1:2:3', 'a:b', '80:x', '70000', '-1', '80:70000', ':', 'x:', '10:20']
DICTS = {
    'k': {'type:string': 5}, 'n': {'type:integer': None, 'required': True},
    'b': {'convert_to': converters.convert_to_boolean}, 'sub': {'type:dict': {'x': {'type:uuid': None}}},
}
DICT_CASES = [
    {'n': 1}, {'k': 'a'}, {'n': 'x'}, {'n': 1, 'k': 'toolong'}, {'n': 1, 'zz': 1, 'yy': 2}, {'n': 1, 'sub': {}}, {'n': 1, 'sub': {'x': 1}},
    {'n': 1, 'sub': {'y': 1}}, {'n': 1, 'sub': 3}, {'n': 1, 'b': 'true'},
]
ROUTE = {'destination': '10.0.0.0/8', 'nexthop': '1.2.3.4'}
POOL = {'start': '10.0.0.1', 'end': '10.0.0.9'}
SUB = {'port_id': UUID, 'segmentation_id': 1, 'segmentation_type': 'vlan'}

# type: [(argument, more values)]
EXTRA = {
    'type:string': [(None, []), (5, [])], 'type:string_or_none': [(3, [])],
    'type:not_empty_string': [(5, [])], 'type:not_empty_string_or_none': [(None, [])],
    'type:oneline_not_empty_string': [(4, [])], 'type:oneline_not_empty_string_or_none': [(None, [])],
    'type:values': [(['a', 5, None], []), ([[], {'a': 1}], [])],
    'type:integer': [(None, []), ([1, 2], [2])], 'type:range': [([0, 10], []), ([None, 5], []), ([1, None], [])],
    'type:range_or_none': [([0, 300], [])], 'type:port_range': [(None, PORTS), ([10, 100], PORTS)],
    'type:regex': [('[a-z]+', []), ('^a$', [])], 'type:regex_or_none': [('[0-9]', [])], 'type:list_of_regex_or_none': [('[a-z]', [])],
    'type:list_of_unique_strings': [(None, []), (1, [])],
    'type:ip_address': [(None, ADDRESSES)], 'type:ip_address_or_none': [(None, [])], 'type:ip_or_subnet_or_none': [(None, ADDRESSES)],
    'type:subnet': [(None, ADDRESSES)], 'type:subnet_or_none': [(None, [])], 'type:mac_address': [(None, MACS)],
    'type:subnet_list': [(None, [['10.0.0.0/8'], ['10.0.0.0/8'] * 2, ['10/8']])],
    'type:list_of_subnets_or_none': [(None, [['10.0.0.0/8'], ['x']])],
    'type:nameservers': [(None, [['1.2.3.4'], ['1.2.3.4', '1.2.3.4'], ['x'], ['010.0.0.1']])],
    'type:fixed_ips': [(None, [[{}], [{'ip_address': '1.2.3.4'}], [{'ip_address': '1.2.3.4'}] * 2, [{'ip_address': 'x'}],
                               [{'subnet_id': UUID}], [{'subnet_id': 'x'}], [{'ip_address': None}]])],
    'type:ip_pools': [(None, [[POOL], [{'start': '10.0.0.1'}], [dict(POOL, more=1)], [dict(POOL, end='x')], ['x']])],
    'type:hostroutes': [(None, [[ROUTE], [ROUTE, ROUTE], [dict(ROUTE, nexthop='x')], [{'nexthop': '1.2.3.4'}]] +
                               [[dict(ROUTE, destination=a)] for a in ADDRESSES])],
    'type:subports': [(None, [[SUB], [SUB, SUB], [SUB, dict(SUB, port_id=U2)], [SUB, dict(SUB, port_id=U2, segmentation_id=2)],
                              [{'port_id': UUID}], [{'port_id': 'x'}], [{'port_id': UUID, 'segmentation_id': 1}],
                              [{'port_id': UUID, 'segmentation_type': 'inherit'}, {'port_id': 'x'}],
                              [{'port_id': UUID, 'segmentation_type': 'vlan'}], [{'segmentation_id': 1}]])],
    'type:list_of_subnet_service_types': [(None, [['network:x'], ['compute:nova'], ['cx'], ['neutron:'], ['zzz'], [1]])],
    'type:subnetpool_id': [(None, ['prefix_delegation'])],
    'type:ethertype': [(None, ['IPv4', 'IPv6', 'ipv4', '0x800'])],
    'type:dict': [(None, []), (DICTS, DICT_CASES)], 'type:dict_or_none': [(DICTS, DICT_CASES)],
    'type:dict_or_empty': [(DICTS, DICT_CASES)], 'type:dict_or_nodata': [(DICTS, DICT_CASES)],
    'type:list_of_any_key_specs_or_none': [([{'x': {'type:uuid': None, 'required': True}}, DICTS], [[c] for c in DICT_CASES] + [[{'x': UUID}]])],
}

CONVERTERS = {
    'convert_to_boolean': [], 'convert_to_boolean_if_not_none': [], 'convert_to_int': [], 'convert_to_int_if_not_none': [],
    'convert_to_positive_float_or_none': ['1.5', '-1', '.5', '5.', '1e2', 'x'], 'convert_kvp_str_to_list': ['a=b', 'a', '=b', 'a=b=c', ' a = b ', 'a='],
    'convert_kvp_list_to_dict': [['a=b'], ['a=b', 'c=d'], ['True'], ['x']], 'convert_none_to_empty_list': [], 'convert_none_to_empty_dict': [],
    'convert_none_to_empty_string': [], 'convert_to_list': [], 'convert_ip_to_canonical_format': ADDRESSES,
    'convert_cidr_to_canonical_format': ADDRESSES, 'convert_string_to_case_insensitive': ['ABC', '\u0130'],
    'convert_to_protocol': ['tcp', 'TCP', '6', '256', '-1', 'x'], 'convert_to_string': [], 'convert_uppercase_ip': ['ipv4', 'IPV6', 'i', 'IP'],
    'convert_to_sanitized_mac_address': MACS,
}

# One resource, in JSON with functions by name; what is asked of it is neutron's order for a create.
RESOURCE = {
    'id': {'allow_post': False, 'allow_put': False, 'is_visible': True},
    'name': {'allow_post': True, 'allow_put': True, 'validate': {'type:string': 10}},
    'size': {'allow_post': True, 'allow_put': True, 'default': '7', 'convert_to': 'convert_to_int', 'validate': {'type:range': [0, 9]}},
    'kind': {'allow_post': True, 'allow_put': False, 'default': 'plain', 'default_overrides_none': True},
    'note': {'allow_post': True, 'allow_put': True, 'default': '<not specified>', 'validate': {'type:uuid': None}},
    'tags': {'allow_post': True, 'allow_put': True, 'default': [], 'convert_to': 'convert_none_to_empty_list'},
    'conf': {
        'allow_post': True, 'allow_put': True, 'default': '<not specified>', 'dict_populate_defaults': True,
        'validate': {'type:dict': {
            'foo': {'default': 42, 'type:values': [42, 43]},
            'baz': {'dict_populate_defaults': True, 'type:dict': {'deep': {'default': 77, 'type:integer': None}}},
        }},
    },
    'tenant_id': {'allow_post': True, 'allow_put': False, 'validate': {'type:string': 20}},
    'project_id': {'allow_post': True, 'allow_put': False},
}
BODIES = [
    {}, {'name': 'a'}, {'name': None}, {'name': 'waytoolongname'}, {'nam': 'a'}, {'name': 'a', 'id': 'x'}, {'name': 'a', 'size': '3'},
    {'name': 'a', 'size': 'x'}, {'name': 'a', 'size': 99}, {'name': 'a', 'size': None}, {'name': 'a', 'kind': None}, {'name': 'a', 'kind': 'b'},
    {'name': 'a', 'note': 'x'}, {'name': 'a', 'note': UUID}, {'name': 'a', 'tags': None}, {'name': 'a', 'tags': ['b']},
    {'name': 'a', 'conf': {}}, {'name': 'a', 'conf': None}, {'name': 'a', 'conf': {'foo': 43}}, {'name': 'a', 'conf': {'foo': 1}},
    {'name': 'a', 'conf': {'baz': {}}}, {'name': 'a', 'conf': {'baz': {'deep': 1}}}, {'name': 'a', 'conf': {'zz': 1}},
    {'name': 'a', 'tenant_id': 'p1'}, {'name': 'a', 'tenant_id': 'p2'}, {'name': 'a', 'project_id': 'p1'}, {'name': 'a', 'project_id': 'p2'},
    {'name': 'a', 'tenant_id': 'p1', 'project_id': 'p2'}, {'name': 'a', 'tenant_id': 5}, {'x': 1, 'tenant_id': 'p2'}, {'x': 1, 'id': 2},
    {'id': 1, 'size': 'x'}, {'size': 'x', 'name': 'waytoolongname'},
]

# The first needs a directory of plugins; definitions add the rest to the table of 45.
OTHERS = {
    'type:service_plugin_type', 'type:allowed_address_pairs', 'type:availability_zone_hint_list', 'type:dns_domain_name',
    'type:dns_host_name', 'type:fip_dns_host_name', 'type:network_segments',
}

texts = {}


def text(message, value):
    shown = str(value)
    template = message.replace("'%s'" % shown, "'<>'") if shown else message
    return texts.setdefault(template, len(texts))


def copied(value):
    return json.loads(json.dumps(value))


def ask(function, value, *args):
    was = copied(value)
    try:
        return None, function(value, *args)
    except (exceptions.NeutronException, exc.HTTPException) as error:
        return [text(str(error), was), type(error).__name__], None
    except Exception as error:
        return [text('crash', was), type(error).__name__], None


class Plain(json.JSONEncoder):
    def default(self, value):
        return value.__name__ if callable(value) else '<not specified>'


def validations():
    for name in sorted(n for n in validators.validators):
        if name in OTHERS:
            continue
        for argument, more in EXTRA.get(name, [(None, [])]):
            answers = []
            for value in copied(ANY) + copied(more):
                error, reason = ask(validators.get_validator(name), value, argument)
                answers.append(error or (None if not reason else [text(str(reason), value)]))
            yield {'type': name, 'arg': argument, 'more': more, 'answers': answers}


def conversions():
    for name, more in CONVERTERS.items():
        answers = []
        for value in copied(ANY) + copied(more):
            error, made = ask(getattr(converters, name), value)
            if isinstance(made, float) and not made - made == 0:
                made = '<not finite>'
            answers.append({'error': error} if error else {} if made == value and type(made) is type(value) else {'made': made})
        yield {'name': name, 'more': more, 'answers': answers}


def alive(value, key=''):
    if value == '<not specified>':
        return constants.ATTR_NOT_SPECIFIED
    if key == 'convert_to':
        return getattr(converters, value)
    return {name: alive(one, name) for name, one in value.items()} if isinstance(value, dict) else value


class Context:
    def __init__(self, project_id, is_admin):
        self.project_id, self.is_admin, self.is_advsvc = project_id, is_admin, False


def created(body, context):
    info = attributes.AttributeInfo(alive(RESOURCE))
    info.populate_project_id(context, body, True)
    info.verify_attributes(body)
    info.fill_post_defaults(body, exc_cls=exc.HTTPBadRequest)
    info.convert_values(body, exc_cls=exc.HTTPBadRequest)
    return {name: value for name, value in body.items() if value is not constants.ATTR_NOT_SPECIFIED}


def creations():
    for who in (['p1', False], ['p1', True], [None, True]):
        for body in BODIES:
            error, made = ask(created, copied(body), Context(*who))
            yield {'who': who, 'body': body, **({'error': texts_by_number[error[0]]} if error else {'made': made})}


class ByNumber:
    def __getitem__(self, number):
        return next(one for one, at in texts.items() if at == number)


texts_by_number = ByNumber()


def main():
    def lines(entries):
        return ',\n'.join(json.dumps(entry, cls=Plain, separators=(',', ':')) for entry in entries)

    known = lines(validations())
    converted = lines(conversions())
    made = lines(creations())
    print('{"values": %s,\n"shown": %s,' % (json.dumps(ANY), json.dumps([str(value) for value in ANY])))
    print('"validations": [\n%s],\n"conversions": [\n%s],\n"texts": [\n%s],' % (known, converted, lines(texts)))
    print('"resource": %s,\n"creations": [\n%s]}' % (json.dumps(RESOURCE), made))


main()
