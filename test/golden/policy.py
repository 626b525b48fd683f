"""Records what oslo.policy 4.0 makes of rules, decisions and sample files.

Run it with the Python that has oslo.policy:  /usr/bin/python3 test/golden/policy.py
It writes policy.json beside itself; the tests read only that file.
"""
import io
import itertools
import json
import logging
import os
import sys
import tempfile
import warnings
from contextlib import redirect_stdout

from oslo_config import cfg
from oslo_policy import _parser, generator, policy

logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')

ATOMS = ['role:admin', 'is_admin:True', 'rule:owner', 'project_id:%(project_id)s', '@', '!', 'foo']

PARSED = [
    '', ' ', '@', '!', 'role:admin', 'role:Admin', 'ROLE:admin', 'rule:a', 'rule:a:b', 'http://host/%(id)s', ':', 'a:', ':b', 'a:b:c',
    '(role:a)', '((role:a))', '(((role:a) and (role:b)))', '( role:a )', '(role:a', 'role:a)', '((role:a)', '()', ')', '(',
    'role:a and role:b', 'role:a AND role:b', 'role:a Or role:b', 'NOT role:a', 'not role:a', 'not not role:a', 'not not not role:a',
    'not (role:a or role:b)', 'not role:a and role:b', 'role:a and not role:b', 'not role:a or not role:b',
    'role:a or role:b and role:c', 'role:a and role:b or role:c', 'role:a and role:b or role:c and role:d',
    'role:a or role:b and role:c and role:d', 'role:a or role:b or role:c and role:d or role:e',
    '(role:a or role:b) and role:c', 'role:a and (role:b or role:c)', 'role:a or (role:b or role:c)', '(role:a or role:b) or role:c',
    '(role:a and role:b) and role:c', 'role:a or (role:b and role:c) and role:d', 'role:a and (role:b and role:c) or role:d',
    'role:a role:b', 'role:a and', 'and role:a', 'role:a or', 'or', 'and', 'not', 'role:a not role:b', 'role:a and and role:b',
    'role:a and or role:b', 'not and role:a', 'role:a or not', '"role:a"', "'role:a'", '"a" or role:b', 'role:b or "a"', "'a':b", "'a':'b'",
    '"a":%(b)s', 'foo', 'foo or role:a', 'role:a or foo', 'foo and role:a', '(foo)', 'foo bar', 'role:a or foo or role:b',
    'role:a\tand\nrole:b', '  role:a  ', 'role:a\u00a0and role:b', 'a:%(x)s', '(a:%(x)s)', 'a:(b)', 'a:((b', 'a:b(c)d', '(a:b) and(c:d)',
    'role:a and(role:b)', 'role:a and (role:b)or role:c', '@ and !', '@ or !', 'not @', 'not !', '@@', '!!', '@:a', 'not:a', 'and:a', 'or:a or role:b',
    'True:%(user.enabled)s', "'Member':%(role.name)s", 'user.domain.id:%(target.domain.id)s', 'field:networks:shared=True',
    'tenant_id:%(network:tenant_id)s', 'role:%(role)s', 'None:%(x)s', 'é:%(ü)s', 'role:a or\u2003role:b',
    [], [[]], [[], []], ['role:a'], [['role:a']], ['role:a', 'role:b'], [['role:a', 'role:b']], [['role:a', 'role:b'], ['role:c']],
    ['role:a', ['role:b', 'rule:c']], [[], 'role:a'], ['foo'], [['foo', 'role:a']], ['@'], ['!'], ['role:a or role:b'], [''], ['', 'role:a'],
    [['']], [['@', 'role:a']], [['role:a'], [], ['role:b']], None,
]


def parsed_cases():
    rules = list(PARSED)
    for a, b, c in itertools.product(ATOMS[:4] + ['foo'], repeat=3):
        if len({a, b, c}) < 3:
            continue
        for form in ('%s or %s and %s', '(%s or %s) and %s', 'not %s and %s or %s', '%s and not (%s or %s)'):
            rules.append(form % (a, b, c))
    seen, cases = set(), []
    for rule in rules:
        key = json.dumps(rule)
        if key in seen:
            continue
        seen.add(key)
        tree = _parser.parse_rule(rule)
        cases.append({'rule': rule, 'text': tree if isinstance(tree, str) else str(tree), 'is_check': not isinstance(tree, str)})
    # Every fourth of the combinations is enough.
    return cases[:len(PARSED)] + cases[len(PARSED)::4]


TARGETS = {
    'empty': {},
    'own': {'project_id': 'p1', 'user_id': 'u1', 'tenant_id': 'p1', 'role': 'Member', 'target.id': 'x', 'n': 1, 'yes': True, 'none': None},
    'other': {'project_id': 'p2', 'user_id': 'u2', 'role': 'admin', 'yes': False, 'f': 1.5, 'list': ['a', "b'c"], 'dict': {'a': [1, None]}},
}
CREDS = {
    'none': {},
    'admin': {'roles': ['Admin'], 'user_id': 'u1', 'project_id': 'p1', 'is_admin': True, 'tenant_id': 'p1'},
    'member': {'roles': ['member', 'reader'], 'user_id': 'u1', 'project_id': 'p1', 'is_admin': False, 'domain_id': None, 'n': 1},
    'nested': {'roles': [], 'user': {'id': 'u1', 'domain': {'id': 'd1'}}, 'groups': [{'id': 'g1'}, {'id': 'p1'}], 'tags': ['x', 'p1'],
               'project_id': None, 'system_scope': 'all', 'deep': [{'a': [{'b': 'p1'}]}]},
}
RULES = {
    'everybody': '', 'at': '@', 'nobody': '!', 'admin': 'role:admin', 'upper': 'role:ADMIN', 'template_role': 'role:%(role)s',
    'owner': 'project_id:%(project_id)s', 'user': 'user_id:%(user_id)s', 'either': 'rule:admin or rule:owner', 'both': 'rule:admin and rule:owner',
    'neither': 'not rule:either', 'is_admin': 'is_admin:True', 'is_admin_1': 'is_admin:1', 'is_not_admin': 'is_admin:False',
    'literal': "'Member':%(role)s", 'literal_true': 'True:%(yes)s', 'literal_none': 'None:%(none)s', 'literal_int': '1:%(n)s', 'literal_hex': '0x1:%(n)s',
    'literal_float': '1.50:%(f)s', 'literal_minus': '-1:-1', 'literal_exp': '1e3:1000.0', 'literal_same': "'a':a", 'literal_escaped': "'a\\'b':a'b",
    'null_domain': 'domain_id:None', 'dotted_key': "'x':%(target.id)s", 'nested': 'user.id:%(user_id)s', 'nested_deep': 'user.domain.id:d1',
    'list_of_maps': 'groups.id:%(project_id)s', 'list': 'tags:%(project_id)s', 'list_deep': 'deep.a.b:p1', 'missing_cred': 'nosuch:x', 'missing_target': 'user_id:%(nosuch)s',
    'not_missing_target': 'not user_id:%(nosuch)s', 'percent': 'user_id:100%%', 'two_keys': "'p1u1':%(project_id)s%(user_id)s", 'mixed': "'id-p1':id-%(project_id)s",
    'number_cred': 'n:%(n)s', 'text_list': "'x':%(list)s", 'whole_list': "\"['a',\":x", 'undefined': 'rule:nosuch', 'undefined_or': 'rule:nosuch or role:admin',
    'bad_word': 'foo', 'bad_or': 'foo or role:admin', 'bad_and': 'foo and role:admin', 'broken': 'role:admin and', 'list_rule': [['role:admin'], ['project_id:%(project_id)s', 'role:member']],
    'empty_list': [], 'list_of_nothing': [[]], 'deep': '(((((role:admin)))))', 'group': '(role:admin or role:member) and user_id:%(user_id)s', 'system': 'system_scope:all',
    'old_system': 'system:all', 'tenant': 'tenant_id:%(tenant_id)s', 'quoted': '"role:admin"', 'case': 'NOT role:admin', 'dict': "\"{'a':\":%(dict)s",
    'None': 'role:admin', 'project_null': 'project_id:None', 'colon_role': 'role:a:b', 'same_twice': 'role:admin or role:admin', 'not_not': 'not not role:admin',
}


def enforcer(rules, defaults=(), **settings):
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    from oslo_policy import opts
    opts._register(conf)
    folder = tempfile.mkdtemp()
    file = os.path.join(folder, 'policy.json')
    with open(file, 'w') as handle:
        json.dump(rules, handle)
    conf.set_override('policy_file', file, 'oslo_policy')
    conf.set_override('policy_dirs', [], 'oslo_policy')
    for name, value in settings.items():
        conf.set_override(name, value, 'oslo_policy')
    made = policy.Enforcer(conf)
    made.register_defaults(defaults)
    return made


def decide(made, rule, target, creds, **more):
    try:
        return bool(made.enforce(rule, dict(target), json.loads(json.dumps(creds)), **more))
    except Exception as error:
        return type(error).__name__


def decisions():
    made = enforcer(RULES)
    rows = {}
    for name in RULES:
        rows[name] = {f'{t} {c}': decide(made, name, target, creds) for t, target in TARGETS.items() for c, creds in CREDS.items()}
    return rows


def fallback():
    return {
        'without': decide(enforcer({'a': 'role:admin'}), 'nosuch', {}, CREDS['admin']),
        'with': decide(enforcer({'default': 'role:admin'}), 'nosuch', {}, CREDS['admin']),
        'with_denied': decide(enforcer({'default': 'role:admin'}), 'nosuch', {}, CREDS['member']),
        'other_name': decide(enforcer({'fall': '@'}, policy_default_rule='fall'), 'nosuch', {}, {}),
        'reference': decide(enforcer({'default': 'role:admin', 'a': 'rule:nosuch'}), 'a', {}, CREDS['admin']),
        'no_rules': decide(enforcer({}), 'a', {}, CREDS['admin']),
    }


def old(name, check):
    return policy.DeprecatedRule(name, check, deprecated_reason='because', deprecated_since='W')


def deprecations():
    rows = []
    for file in ({}, {'new': 'role:file'}, {'old': 'role:file'}, {'old': 'role:was'}, {'old': 'rule:new'}, {'old': 'role:file', 'new': 'role:newfile'}):
        for old_name in ('old', 'new'):
            for enforced in (False, True):
                for was in ('role:was', 'role:is'):
                    made = enforcer(file, [policy.RuleDefault('new', 'role:is', deprecated_rule=old(old_name, was))], enforce_new_defaults=enforced)
                    rows.append({'file': file, 'old_name': old_name, 'enforce_new_defaults': enforced, 'was': was, 'allowed': [
                        role for role in ('is', 'was', 'file', 'newfile') if decide(made, 'new', {}, {'roles': [role]}) is True]})
    return rows


def scopes():
    rows = []
    for types in (['system'], ['project'], ['system', 'project'], ['domain'], None):
        for enforced in (False, True):
            made = enforcer({'x': '@'}, [policy.RuleDefault('a', '@', scope_types=types)], enforce_scope=enforced)
            for creds in ({}, {'system_scope': 'all'}, {'system': 'all'}, {'domain_id': 'd'}, {'project_id': 'p'}, {'domain_id': 'd', 'system_scope': 'all'}):
                rows.append({'types': types, 'enforce_scope': enforced, 'creds': creds, 'enforce': decide(made, 'a', {}, creds),
                             'raise': decide(made, 'a', {}, creds, do_raise=True)})
    return rows


LONG = ('A long description that goes on for more than one line of seventy characters, so that it has to be '
        'wrapped.\n\nA second paragraph.\n\n    a literal block\n\nThe end.')


def sample():
    get = [{'path': '/v1/goods', 'method': 'GET'}, {'path': '/v1/goods/{id}', 'method': 'GET'}]
    policies = {
        'shop': [
            policy.RuleDefault('admin_or_owner', 'role:admin or project_id:%(project_id)s'),
            policy.RuleDefault('nobody', '!', description='Nobody at all.'),
            policy.DocumentedRuleDefault('shop:goods:get', 'rule:admin_or_owner', LONG, get, scope_types=['system', 'project']),
            policy.DocumentedRuleDefault('shop:goods:create', 'role:admin', 'Add goods.', [{'path': '/v1/goods', 'method': 'POST'}],
                                         deprecated_rule=old('shop:create', 'role:member')),
            policy.DocumentedRuleDefault('shop:goods:delete', 'role:admin', 'Remove goods.', [{'path': '/v1/goods/{id}', 'method': 'DELETE'}],
                                         deprecated_rule=old('shop:goods:delete', 'role:member')),
            policy.DocumentedRuleDefault('shop:goods:old', 'role:admin', 'Gone soon.', [{'path': '/v1/old', 'method': 'GET'}],
                                         deprecated_for_removal=True, deprecated_reason='Nobody calls it.', deprecated_since='W'),
        ],
        'base': [policy.RuleDefault('everybody', '', description='Everybody.')],
    }
    return {
        'yaml': ''.join(generator._sort_and_format_by_section(policies)),
        'exclude_deprecated': ''.join(generator._sort_and_format_by_section(policies, exclude_deprecated=True)),
        'json': '{\n    ' + ',\n    '.join(generator._sort_and_format_by_section(policies, 'json')) + '\n}\n',
    }


def main():
    recorded = {
        'parsed': parsed_cases(), 'rules': RULES, 'targets': TARGETS, 'credentials': CREDS, 'decisions': decisions(),
        'fallback': fallback(), 'deprecations': deprecations(), 'scopes': scopes(), 'sample': sample(),
    }
    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'policy.json')
    with open(file, 'w') as handle:
        json.dump(recorded, handle, indent=None, separators=(',', ':'))
        handle.write('\n')


main()
