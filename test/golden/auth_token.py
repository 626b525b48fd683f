"""Records what keystonemiddleware answers before the stand-in for Keystone, for test/middleware/keystone-golden.test.ts.
Build first (npx tsc -p tsconfig.build.json), then: /usr/bin/python3 test/golden/auth_token.py"""
import datetime
import json
import logging
import pathlib
import re
import subprocess
import sys
import urllib.parse
import warnings

# This file has the name of a module of the library.
sys.path.pop(0)
warnings.simplefilter('ignore')

import requests
import webob
import webob.dec
from keystonemiddleware import auth_token

logging.disable(logging.CRITICAL)
ROOT = pathlib.Path(__file__).parent.parent.parent

DOMAIN = {'id': 'default', 'name': 'Default'}
# Keystone tells of an ended token for two days: the time is filled in when the case is run.
LATER, BEFORE = '2999-01-01T00:00:00.000000Z', 'an hour ago'
CATALOG = [
    {'type': 'compute', 'name': 'nova', 'id': 'c1', 'endpoints': [
        {'id': 'e1', 'interface': 'public', 'region': 'one', 'region_id': 'one', 'url': 'http://p1/v2.1'},
        {'id': 'e2', 'interface': 'internal', 'region': 'one', 'region_id': 'one', 'url': 'http://i1/v2.1'},
        {'id': 'e3', 'interface': 'admin', 'region': 'two', 'region_id': 'two', 'url': 'http://a2/v2.1'}]},
    {'type': 'shop', 'endpoints': [{'id': 'e4', 'interface': 'Public', 'url': 'http://shop/'}]},
    {'type': 'empty', 'name': 'none', 'endpoints': []},
]


def token(**parts):
    body = {'methods': ['password'], 'user': {'id': 'u1', 'name': 'alice', 'domain': DOMAIN}, 'project': {'id': 'p1', 'name': 'shop', 'domain': DOMAIN},
            'roles': [{'id': 'r1', 'name': 'member'}, {'id': 'r2', 'name': 'reader'}], 'issued_at': '2020-01-01T00:00:00.000000Z', 'expires_at': LATER, **parts}
    return {name: value for name, value in body.items() if value is not None}


def credential(*rules, catalog=CATALOG):
    return token(catalog=catalog, application_credential={'id': 'a1', 'restricted': True, 'access_rules': [
        {'service': service, 'method': method, 'path': path} for service, method, path in rules]})


SERVICE = {'user': {'id': 's1', 'name': 'nova', 'domain': DOMAIN}, 'project': {'id': 'p2', 'name': 'service', 'domain': DOMAIN}}
TOKENS = {
    'plain': token(),
    'rich': token(catalog=CATALOG),
    'domain': token(project=None, domain={'id': 'd1', 'name': 'D'}),
    'system': token(project=None, system={'all': True}),
    'unscoped': token(project=None, roles=None),
    'no-roles': token(roles=[]),
    'not-admin-project': token(is_admin_project=False),
    'admin-project': token(is_admin_project=True),
    'ended': token(expires_at=BEFORE),
    'bound': token(bind={'kerberos': 'ALICE'}),
    'oddly-bound': token(bind={'x509': 'alice'}),
    'service': token(roles=[{'id': 'r3', 'name': 'service'}], **SERVICE),
    'system-service': token(roles=[{'id': 'r3', 'name': 'service'}], user=SERVICE['user'], project=None, system={'all': True}),
    'other-service': token(roles=[{'id': 'r4', 'name': 'other'}], **SERVICE),
    'ended-service': token(roles=[{'id': 'r3', 'name': 'service'}], expires_at=BEFORE, **SERVICE),
    'rules': credential(('shop', 'GET', '/v1/items'), ('shop', 'GET', '/v1/items/*'), ('shop', 'DELETE', '/v1/{kind}/one'), ('shop', 'GET', '/all/**'),
                        ('compute', 'GET', '/v1/servers'), ('shop', 'GET', '/dot/a.b')),
    'no-rules': credential(),
    'foreign-rules': credential(('shop', 'GET', '/v1/items'), catalog=CATALOG[:1]),
    'unruled': token(catalog=CATALOG, application_credential={'id': 'a1', 'restricted': True}),
}
# Every header by which a client could say who he is.
FORGED = {name: 'forged' for name in [
    'X-Identity-Status', 'X-Service-Identity-Status', 'X-Service-Catalog', 'X-Is-Admin-Project', 'X-Role', 'X-User', 'X-Tenant-Id', 'X-Tenant-Name', 'X-Tenant',
    'OpenStack-System-Scope',
    *(f'X{prefix}-{name}' for prefix in ('', '-Service') for name in (
        'Roles', 'Domain-Id', 'Domain-Name', 'Project-Id', 'Project-Name', 'Project-Domain-Id', 'Project-Domain-Name', 'User-Id', 'User-Name',
        'User-Domain-Id', 'User-Domain-Name'))]}
SEEN = re.compile(r'^(x-(?!auth-token|storage-token|service-token).*|openstack-.*)$')


@webob.dec.wsgify
def app(req):
    """Tells what it sees; /refused is a 401 of its own, /challenged one with a challenge."""
    if req.path_info == '/refused':
        return webob.Response(status=401)
    if req.path_info == '/challenged':
        return webob.Response(status=401, headers={'WWW-Authenticate': 'Basic realm="x"'})
    seen = {name.lower(): value for name, value in req.headers.items() if SEEN.match(name.lower()) and value is not None}
    info, auth = req.environ.get('keystone.token_info'), req.environ['keystone.token_auth']
    return webob.Response(json_body={
        'headers': seen, 'token_info': None if info is None else info['token'].get('user', {}).get('id'),
        'token_auth': [auth.has_user_token, auth.has_service_token]})


class Keystone:
    def __init__(self):
        self.process = subprocess.Popen(['node', str(ROOT / 'bin/service-keystone.js'), '--port', '0', '--until-stdin-ends'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = re.match(r'listening on (\S+)', self.process.stdout.readline())[1]
        for name, body in TOKENS.items():
            ended = (datetime.datetime.utcnow() - datetime.timedelta(hours=1)).isoformat() + 'Z'
            self.put(f'tokens/{urllib.parse.quote(name)}', {**body, 'expires_at': ended} if body['expires_at'] == BEFORE else body)

    def put(self, path, body):
        requests.put(f'{self.url}/stand-in/{path}', json=body).raise_for_status()


REFUSAL = {'error': {'code': 401, 'title': 'Unauthorized', 'message': 'The request you have made requires authentication.'}}


def case(settings=None, headers=None, path='/', method='GET', mood=None, script='', later=False):
    conf = {'auth_type': 'password', 'auth_url': KEYSTONE.url, 'username': 'service', 'password': 'service', 'project_name': 'service',
            'user_domain_id': 'default', 'project_domain_id': 'default', 'www_authenticate_uri': 'https://keystone.example', 'http_request_max_retries': '0'}
    wrapped = auth_token.filter_factory({}, **{**conf, **(settings or {})})(app)
    if later:
        webob.Request.blank('/', headers={'X-Auth-Token': 'plain'}).get_response(wrapped)
    KEYSTONE.put('mood', mood or {})
    request = {'settings': settings, 'headers': headers, 'path': path, 'method': method, 'mood': mood, 'script': script, 'later': later}
    given = {key: value for key, value in request.items() if value not in ('', None, {}, '/', 'GET', False)}
    req = webob.Request.blank(path, base_url=f'http://localhost{script}', method=method, headers=headers or {})
    try:
        got = req.get_response(wrapped)
    except Exception as error:
        return {**given, 'answer': {'raised': type(error).__name__}}
    finally:
        KEYSTONE.put('mood', {})
    answer = {'status': got.status_int}
    if 'WWW-Authenticate' in got.headers:
        answer['challenges'] = [value for name, value in got.headerlist if name == 'WWW-Authenticate']
    if got.content_type == 'application/json':
        answer['body'] = 'refusal' if got.json == REFUSAL else got.json
    return {**given, 'answer': answer}


def cases():
    for name in TOKENS:
        yield case(headers={'X-Auth-Token': name})
        if name in ('rich', 'ended', 'bound', 'rules'):
            yield case({'delay_auth_decision': 'true'}, {'X-Auth-Token': name})
    for headers in ({}, {'X-Auth-Token': ''}, {'X-Auth-Token': 'bad'}, {'X-Auth-Token': '  plain  '}, {'X-Storage-Token': 'plain'},
                    {'X-Auth-Token': 'bad', 'X-Storage-Token': 'plain'}, {'X-Auth-Token': '', 'X-Storage-Token': 'plain'}, {'X-Auth-Token': 'pl ain'}):
        for delay in ('false', 'true'):
            yield case({'delay_auth_decision': delay}, headers)
    for settings in ({}, {'include_service_catalog': 'false'}, {'include_service_catalog': 'false', 'service_type': 'shop'}):
        yield case(settings, {'X-Auth-Token': 'rich'})
    for headers in (FORGED, {**FORGED, 'X-Auth-Token': 'plain'}, {**FORGED, 'X-Auth-Token': 'unscoped'}, {**FORGED, 'X-Auth-Token': 'bad'},
                    {**FORGED, 'X-Auth-Token': 'plain', 'X-Service-Token': 'service'}, {**FORGED, 'X-Auth-Token': 'plain', 'X-Service-Token': 'bad'}):
        yield case({'delay_auth_decision': 'true'}, headers)
    for user in ('plain', 'ended', 'bad', 'system', None):
        for service in ('service', 'other-service', 'ended-service', 'bad', '', 'system-service'):
            for settings in ({}, {'service_token_roles_required': 'true'}, {'service_token_roles_required': 'true', 'delay_auth_decision': 'true'}):
                yield case(settings, {'X-Service-Token': service, **({} if user is None else {'X-Auth-Token': user})})
    for roles in ('other', 'other,service', 'nobody'):
        for user in ('plain', 'ended'):
            yield case({'service_token_roles_required': 'true', 'service_token_roles': roles}, {'X-Auth-Token': user, 'X-Service-Token': 'other-service'})
    for mode in ('disabled', 'permissive', 'strict', 'required', 'kerberos', 'x509'):
        for name in ('plain', 'bound', 'oddly-bound'):
            yield case({'enforce_token_bind': mode}, {'X-Auth-Token': name})
    shop = {'service_type': 'shop'}
    for method, path in (('GET', '/v1/items'), ('GET', '/v1/items/'), ('POST', '/v1/items'), ('GET', '/v1/items/1'), ('GET', '/v1/items/1/2'), ('GET', '/v1/items/a%20b'),
                         ('GET', '/v1/items/a%2Fb'), ('DELETE', '/v1/x/one'), ('DELETE', '/v1/x/y/one'), ('GET', '/all/a/b/c'), ('GET', '/all/'), ('GET', '/all'), ('GET', '/v1/servers'),
                         ('GET', '/dot/a.b'), ('GET', '/dot/axb'), ('GET', '/v1/items?x=1')):
        yield case(shop, {'X-Auth-Token': 'rules'}, path, method)
    yield case(shop, {'X-Auth-Token': 'rules'}, '/items', script='/v1')
    for name in ('no-rules', 'foreign-rules', 'unruled', 'plain'):
        for settings in (shop, {}, {'service_type': 'identity'}):
            for path in ('/v1/items', '/v3/auth/tokens'):
                yield case(settings, {'X-Auth-Token': name}, path)
    yield case(shop, {'X-Auth-Token': 'rules', 'X-Service-Token': 'service'}, '/elsewhere')
    yield case(shop, {'X-Auth-Token': 'rules', 'X-Service-Token': 'bad'}, '/elsewhere')
    for path in ('/refused', '/challenged'):
        yield case(headers={'X-Auth-Token': 'plain'}, path=path)
    for mood in ({'status': 500}, {'status': 503}, {'status': 401}, {'status': 403}, {'status': 404}, {'status': 400}, {'refuses_logins': True}, {'body': '<html>'}, {'body': '{}'},
                 {'body': '{"token": {}}'}, {'body': '[]'}):
        for later in (False, True):
            for delay in ('false', 'true'):
                yield case({'delay_auth_decision': delay}, {'X-Auth-Token': 'rich'}, mood=mood, later=later)
    for url in ('http://127.0.0.1:1',):
        yield case({'auth_url': url}, {'X-Auth-Token': 'plain'})
        yield case({'auth_url': url, 'delay_auth_decision': 'true'}, {'X-Auth-Token': 'plain'})


KEYSTONE = Keystone()
recorded = []
for one in cases():
    recorded.append(json.dumps(one, sort_keys=True, separators=(',', ':')))
KEYSTONE.process.stdin.close()
KEYSTONE.process.wait()
file = pathlib.Path(__file__).with_suffix('.json')
tokens = ',\n'.join(f'{json.dumps(name)}: {json.dumps(body, sort_keys=True)}' for name, body in TOKENS.items())
file.write_text('{"tokens": {\n' + tokens + '\n},\n"cases": [\n' + ',\n'.join(dict.fromkeys(recorded)) + '\n]}\n')
