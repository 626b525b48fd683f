"""Records what osprofiler makes of trace headers, for test/middleware/osprofiler.test.ts: /usr/bin/python3 test/golden/osprofiler.py"""
import base64
import json
import pathlib
import re
import socket
import sys

# This file has the name of the library.
sys.path.pop(0)

import webob
import webob.dec
from osprofiler import _utils, notifier, profiler, web

BASE, PARENT = '01234567-89ab-cdef-0123-456789abcdef', 'fedcba98-7654-3210-fedc-ba9876543210'


@webob.dec.wsgify
def app(req):
    if req.path_info == '/raise':
        raise ValueError('disk on fire')
    with profiler.Trace('db', info={'statement': 'SELECT 1'}):
        headers = web.get_trace_id_headers()
    return webob.Response(json_body={name: value.decode() if isinstance(value, bytes) else value for name, value in headers.items()})


def pack(data, key='key1', hmac=None):
    raw = data if isinstance(data, str) else base64.urlsafe_b64encode(json.dumps(data).encode()).decode()
    return {'X-Trace-Info': raw, 'X-Trace-HMAC': hmac if hmac is not None else _utils.generate_hmac(raw, key)}


def case(headers, settings=None, path='/v1/x?a=1', method='GET'):
    settings = {'enabled': 'yes', 'hmac_keys': 'key1, key2', **(settings or {})}
    events, ids = [], {}

    def named(value):
        if value in (BASE, PARENT, 'one') or not isinstance(value, str):
            return value
        return ids.setdefault(value, f'new {len(ids) + 1}')

    def notify(event):
        for name in ('base_id', 'trace_id', 'parent_id'):
            event[name] = named(event[name])
        event['timestamp'] = re.sub(r'\d', '0', event['timestamp'])
        if event['info'].get('host') == socket.gethostname():
            event['info']['host'] = 'HOST'
        events.append(event)
    notifier.set(notify)
    wrapped = web.WsgiMiddleware.factory({}, **settings)(app)
    req = webob.Request.blank(path, headers=headers, method=method, base_url='http://shop.example')
    outgoing = None
    try:
        sent = req.get_response(wrapped).json
        if sent:
            contents = json.loads(base64.urlsafe_b64decode(sent['X-Trace-Info']))
            key = next(key for key in ('key1', 'key2', 'SECRET_KEY #DEPRECATED') if _utils.generate_hmac(sent['X-Trace-Info'], key) == sent['X-Trace-HMAC'])
            outgoing = {'key': key, 'contents': {name: named(value) for name, value in contents.items()}}
    except ValueError:
        pass
    finally:
        profiler.clean()
    return {'headers': headers, 'settings': settings, 'path': path, 'method': method, 'events': events, 'outgoing': outgoing}


both = {'base_id': BASE, 'parent_id': PARENT}
cases = [
    case(pack(both)), case(pack(both, 'key2')), case(pack(both, 'key3')), case(pack({'base_id': BASE})), case(pack({'parent_id': PARENT})),
    case(pack({**both, 'other': 1})), case(pack({**both, 'hmac_key': 'x'})), case(pack({'base_id': BASE, 'parent_id': None})), case(pack({'base_id': BASE, 'parent_id': ''})),
    case(pack(both, hmac='')), case(pack(both, hmac=' ' + pack(both)['X-Trace-HMAC'] + ' ')), case(pack(both, hmac=pack(both)['X-Trace-HMAC'].upper())),
    case(pack(both, hmac='0' * 40)), case({'X-Trace-Info': pack(both)['X-Trace-Info']}), case({'X-Trace-HMAC': 'x'}), case({}), case(pack('no base64!')), case(pack([1])),
    case(pack({'base_id': 'one'})), case(pack(both), {'hmac_keys': ''}), case(pack(both), {'hmac_keys': ' , '}), case(pack(both, 'SECRET_KEY #DEPRECATED'), {'hmac_keys': 'SECRET_KEY #DEPRECATED', 'enabled': 'yes #DEPRECATED'}),
    case(pack(both, 'SECRET_KEY'), {'hmac_keys': 'SECRET_KEY #DEPRECATED'}), case(pack(both), {'enabled': ''}), case(pack(both), {'enabled': 'no'}), case(pack(both), {'enabled': 'False'}),
    case(pack(both), path='/raise'), case(pack(both), path='/a%20b', method='POST'), case(pack(both), path='/'), case(pack({'base_id': 7})),
]
file = pathlib.Path(__file__).with_suffix('.json')
file.write_text('[\n' + ',\n'.join(json.dumps(one, sort_keys=True) for one in cases) + '\n]\n')
