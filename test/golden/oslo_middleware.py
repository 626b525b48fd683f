"""Records what oslo.middleware answers, for test/middleware/oslo-middleware.test.ts: /usr/bin/python3 test/golden/oslo_middleware.py"""
import json
import logging
import pathlib
import re
import sys
import tempfile

# This file has the name of the library.
sys.path.pop(0)

import bcrypt
import oslo_middleware
import webob
import webob.dec
import webob.exc
from oslo_config import cfg
from oslo_middleware import basic_auth, correlation_id, cors, http_proxy_to_wsgi, ssl, stats

logging.disable(logging.CRITICAL)

SEEN = ['Origin', 'X-Correlation-Id', 'X-User', 'X-User-Name', 'Authorization']


@webob.dec.wsgify
def app(req):
    """What the app inside is, by the last segment of its path; it tells what it sees."""
    kind = req.path_info.rsplit('/', 1)[-1]
    if kind == 'raise':
        raise RuntimeError('disk on fire')
    if kind == 'missing':
        raise webob.exc.HTTPNotFound()
    read = len(req.body_file.read()) if kind == 'read' else None
    seen = {'method': req.method, 'scheme': req.scheme, 'host': req.host, 'script': req.script_name,
            'client': req.environ.get('REMOTE_ADDR'), 'read': read,
            'headers': {name.lower(): req.headers[name] for name in SEEN if name in req.headers}}
    response = webob.Response(json_body=seen)
    if kind == 'own-origin':
        response.headers['Access-Control-Allow-Origin'] = 'https://own.example'
    if kind == 'vary':
        response.headers['Vary'] = 'Accept'
    if kind == 'own-id':
        response.headers['X-Openstack-Request-Id'] = 'req-own'
    if kind == 'empty':
        response = webob.Response(status=204)
    return response


FILTERS = {
    'healthcheck': oslo_middleware.Healthcheck.factory,
    'cors': cors.filter_factory,
    'http_proxy_to_wsgi': http_proxy_to_wsgi.HTTPProxyToWSGI.factory,
    'request_id': oslo_middleware.RequestId.factory,
    'sizelimit': oslo_middleware.RequestBodySizeLimiter.factory,
    'catch_errors': oslo_middleware.CatchErrors.factory,
    'correlation_id': correlation_id.CorrelationId.factory,
    'ssl': ssl.SSLMiddleware.factory,
    'basic_auth': basic_auth.BasicAuthMiddleware.factory,
}
KEPT = re.compile(r'^(content-type|vary|access-control-.*|x-openstack-request-id|www-authenticate|x-correlation-id|retry-after)$')
REQUEST_ID = re.compile(r'req-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}')
UUID = re.compile(r'[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}')


def forget_overrides():
    """A filter writes its settings into the global configuration, where the next one finds them."""
    for group in list(cfg.CONF._groups):
        for name in list(cfg.CONF._groups[group]._opts):
            cfg.CONF.clear_override(name, group=group)


# What the app sees of a request when no filter has touched it.
UNTOUCHED = {'script': '', 'scheme': 'http', 'host': 'backend:8774', 'client': '10.0.0.1', 'headers': {}}


def answer(filter_name, settings, method, path, headers, size, chunked, script):
    forget_overrides()
    if filter_name == 'basic_auth':
        cfg.CONF.set_override('http_basic_auth_user_file', PASSWORDS, group='oslo_middleware')
    wrapped = FILTERS[filter_name]({}, **settings)(app)
    req = webob.Request.blank(path, base_url=f'http://backend:8774{script}', method=method, headers=headers)
    req.environ['REMOTE_ADDR'] = '10.0.0.1'
    if size is not None:
        req.body = b'x' * size
    if chunked:
        req.content_length = None
        req.headers['Transfer-Encoding'] = 'chunked'
        req.environ['wsgi.input_terminated'] = True
    try:
        got = req.get_response(wrapped)
    except Exception as error:
        return {'raised': type(error).__name__}
    recorded = {'status': got.status_int}
    kept = {name.lower(): REQUEST_ID.sub('REQUEST_ID', value) for name, value in got.headers.items() if KEPT.match(name.lower())}
    if kept:
        recorded['headers'] = kept
    if got.body.startswith(b'{"method"'):
        seen = json.loads(UUID.sub('UUID', got.text))
        recorded['seen'] = {key: value for key, value in seen.items() if value is not None and UNTOUCHED.get(key) != value}
    elif filter_name in ('healthcheck', 'basic_auth'):
        recorded['text'] = got.text if got.charset else got.body.decode()
    elif filter_name == 'sizelimit':
        recorded['text'] = got.text.split('\n')[2]
    return recorded


def case(name, settings=None, method='GET', path='/', headers=None, size=None, chunked=False, script=''):
    request = {'method': method, 'path': path, 'script': script, 'headers': headers or {}, 'settings': settings or {}, 'size': size, 'chunked': chunked}
    given = {key: value for key, value in request.items() if value not in ('', None, {}, False)}
    return {'filter': name, **given,
            'answer': answer(name, settings or {}, method, path, headers or {}, size, chunked, script)}


def cors_cases():
    origin, other = 'https://app.example', 'http://other.example:8080'
    lists = {'allowed_origin': f'{origin},{other}'}
    settings = [
        lists, {**lists, 'allow_credentials': 'False'}, {**lists, 'expose_headers': 'X-A,X-B'}, {**lists, 'max_age': '0'},
        {**lists, 'allow_methods': 'GET,POST'}, {**lists, 'allow_headers': 'X-Mine'}, {'allowed_origin': '*'},
        {'allowed_origin': '*', 'allow_credentials': 'False'},
    ]
    for one in settings:
        for sent in (origin, other, 'https://evil.example', None):
            headers = {} if sent is None else {'Origin': sent}
            for path in ('/', '/missing', '/own-origin', '/vary', '/empty'):
                if path == '/' or one is lists:
                    yield case('cors', one, path=path, headers=headers)
            for method, asked in (('GET', None), ('PUT', None), ('GET', 'X-Mine, Content-Type'), ('GET', 'X-Other'), (None, None)):
                wish = {**headers}
                if method:
                    wish['Access-Control-Request-Method'] = method
                if asked:
                    wish['Access-Control-Request-Headers'] = asked
                for path in ('/', '/missing'):
                    if path == '/' or one is lists:
                        yield case('cors', one, 'OPTIONS', path, wish)


def proxy_cases():
    on = {'enable_proxy_headers_parsing': 'True'}
    for headers in (
        {}, {'X-Forwarded-Proto': 'https'}, {'X-Forwarded-Proto': 'ftp'}, {'X-Forwarded-Host': 'api.example'},
        {'X-Forwarded-For': '192.0.2.9'}, {'X-Forwarded-For': '192.0.2.9, 10.0.0.2'}, {'X-Forwarded-Prefix': '/p'},
        {'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'api.example:8443', 'X-Forwarded-For': '192.0.2.9', 'X-Forwarded-Prefix': '/p'},
        {'Forwarded': 'for=192.0.2.60;proto=https;host=api.example'}, {'Forwarded': 'proto=https, proto=http'},
        {'Forwarded': 'for="[2001:db8::1]:4711"'}, {'Forwarded': 'host="a.example"'},
        {'Forwarded': 'proto=https', 'X-Forwarded-Proto': 'http'}, {'Forwarded': 'Proto=https;HOST=a.example'},
    ):
        yield case('http_proxy_to_wsgi', on, path='/x', headers=headers, script='/v1')
        yield case('http_proxy_to_wsgi', {}, path='/x', headers=headers, script='/v1')


def health_cases():
    with tempfile.TemporaryDirectory() as folder:
        there = str(pathlib.Path(folder, 'there'))
        pathlib.Path(there).touch()
        for settings in ({}, {'path': '/alive'}, {'backends': 'disable_by_file', 'disable_by_file_path': '/nowhere/at/all'},
                         {'backends': 'disable_by_file', 'disable_by_file_path': there}):
            for path in ('/healthcheck', '/healthcheck/', '/alive', '/x'):
                for method in ('GET', 'HEAD', 'POST'):
                    for accept in (None, 'application/json', 'text/plain', 'image/png') if path == '/healthcheck' else (None,):
                        headers = {} if accept is None else {'Accept': accept}
                        recorded = case('healthcheck', settings, method, path, headers)
                        if there in settings.values():
                            recorded['settings'] = {**settings, 'disable_by_file_path': '{there}'}
                        yield recorded


def basic_cases():
    import base64
    def token(text):
        return base64.b64encode(text).decode()
    for value in (None, 'Basic ' + token(b'alice:geheim:1'), 'basic  ' + token(b'alice:geheim:1'), 'Basic ' + token(b'alice:falsch'),
                  'Basic ' + token(b'bob:geheim:1'), 'Basic ' + token(b'alice'), 'Basic', 'Basic !!!', 'Bearer abc', '', 'Basic ' + token(b':'),
                  'Basic ' + token('ålice:gehëim'.encode())):
        yield case('basic_auth', headers={} if value is None else {'Authorization': value})


def cases():
    yield from cors_cases()
    yield from proxy_cases()
    yield from health_cases()
    yield from basic_cases()
    given = 'req-01234567-89ab-cdef-0123-456789abcdef'
    for headers in ({}, {'X-Openstack-Request-Id': given}, {'X-Openstack-Request-Id': 'req-mine'}):
        for path in ('/', '/missing', '/own-id', '/raise'):
            yield case('request_id', path=path, headers=headers)
    for size, limit in ((10, '10'), (11, '10'), (0, '0'), (1, '0'), (114688, None), (114689, None)):
        for chunked in (False, True):
            for path in ('/read', '/'):
                yield case('sizelimit', {} if limit is None else {'max_request_body_size': limit}, 'POST', path, size=size, chunked=chunked)
    for path in ('/', '/missing', '/raise'):
        for accept in (None, 'application/json', 'text/html'):
            yield case('catch_errors', path=path, headers={} if accept is None else {'Accept': accept})
    for headers in ({}, {'X-Correlation-Id': 'c1'}, {'X_CORRELATION_ID': 'c1'}, {'X-Correlation-Id': ''}):
        yield case('correlation_id', headers=headers)
    for headers in ({}, {'X-Forwarded-Proto': 'https'}, {'X-Forwarded-Proto': 'http'}, {'X-Forwarded-Proto': 'gopher'}, {'X-Tls': 'https'}):
        yield case('ssl', {}, headers=headers)
        yield case('ssl', {'secure_proxy_ssl_header': 'X-Tls'}, headers=headers)


def stat_cases():
    class Client:
        def __init__(self, host):
            pass

        def timer(self, stat):
            self.stat = stat
            return tempfile.SpooledTemporaryFile()
    stats.statsd.StatsClient = Client
    short, long = '0123456789abcdef0123456789abcdef', '01234567-89ab-cdef-0123-456789abcdef'
    for path in ('/', '/servers', '/servers/', '/v2.1/servers', '/v2.0', '/v10.1/x', '/a/v2.1/b', f'/a/{short}', f'/a/{short}/b', f'/a/{short}/b/{short[::-1]}',
                 f'/a/{long}', f'/a/{long}/b', f'/a/{short}0', '/a.b', '/a:1|c', '/a%20b'):
        for settings in ({}, {'remove_uuid': True}, {'remove_short_uuid': True}):
            one = stats.StatsMiddleware(app, {'name': 'svc', 'stats_host': 'h', **settings})
            webob.Request.blank(path, method='POST').get_response(one)
            yield {'path': path, 'settings': settings, 'stat': one.statsd.stat}


with tempfile.NamedTemporaryFile('w') as passwords:
    passwords.write('alice:' + bcrypt.hashpw(b'geheim:1', bcrypt.gensalt(4)).decode() + '\n')
    passwords.flush()
    PASSWORDS = passwords.name
    recorded = {'cases': list(cases()), 'stats': list(stat_cases())}

file = pathlib.Path(__file__).with_suffix('.json')
lists = (f'"{name}": [\n' + ',\n'.join(json.dumps(one, sort_keys=True) for one in recorded[name]) + '\n]' for name in recorded)
file.write_text('{' + ',\n'.join(lists) + '}\n')
