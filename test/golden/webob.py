"""Records what WebOb answers, for test/api/responses/webob.test.ts: /usr/bin/python3 test/golden/webob.py"""
import json
import pathlib
import sys

# This file has the name of the library.
sys.path.pop(0)

import webob
import webob.acceptparse
import webob.dec
import webob.exc

OFFERS = [
    ['application/json'],
    ['application/json', 'text/html'],
    ['text/html', 'application/json', 'text/plain'],
    ['application/json', 'application/xml'],
]
ACCEPTS = [
    None, '', '*/*', 'text/*', 'application/*', 'application/json', 'text/html', 'image/png', 'APPLICATION/JSON',
    'text/html;q=0.5, application/json', 'text/html, application/json;q=0.5', 'text/html, application/json',
    'application/json, text/html', 'text/*;q=0.3, application/json;q=0.2', 'text/*, text/html;q=0',
    'application/json;q=0', '*/*;q=0', '*/*;q=0.1, application/json;q=0', 'text/html;level=1', 'application/json; indent=4',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'nonsense', 'text/html;q=2', ';;;', 'a/b, */*;q=0.01',
    'application/xml', 'application/xml;q=0.2, application/json;q=0.3', 'application/*;q=0.2, application/xml;q=0.1',
]
RANGES = [
    'bytes=0-0', 'bytes=0-', 'bytes=0-4', 'bytes=2-5', 'bytes=9-9', 'bytes=9-', 'bytes=10-', 'bytes=10-12', 'bytes=0-100',
    'bytes=-1', 'bytes=-10', 'bytes=-11', 'bytes=-0', 'bytes=-', 'bytes=', 'bytes', '', 'bytes=5-2', 'bytes=a-b', 'bytes=1-2x',
    'chars=0-1', 'Bytes=0-1', 'bytes = 0-1', 'bytes=0-1,4-5', 'bytes=0-1,2-3', 'bytes=20-,0-1', '0-1', 'bytes=--1', 'bytes=1',
    'bytes= 1-2', 'bytes=00001-2',
]
DATE = 'Tue, 15 Nov 1994 12:45:26 GMT'
LATER = 'Tue, 15 Nov 1994 12:45:27 GMT'
EARLIER = 'Tue, 15 Nov 1994 12:45:25 GMT'
CONDITIONS = [
    {}, {'If-None-Match': '"x"'}, {'If-None-Match': '"y"'}, {'If-None-Match': 'W/"x"'}, {'If-None-Match': '"y", "x"'},
    {'If-None-Match': '*'}, {'If-None-Match': 'x'}, {'If-None-Match': '"y", W/"x" , "z"'}, {'If-None-Match': ''},
    {'If-Modified-Since': DATE}, {'If-Modified-Since': LATER}, {'If-Modified-Since': EARLIER},
    {'If-Modified-Since': 'yesterday'}, {'If-None-Match': '"y"', 'If-Modified-Since': LATER},
    {'If-None-Match': '"x"', 'If-Modified-Since': EARLIER}, {'If-None-Match': '"x"', 'Cache-Control': 'no-cache'},
    {'If-Match': '"y"'}, {'If-Match': '"x"'},
]
IF_RANGES = ['"x"', '"y"', 'W/"x"', DATE, LATER, EARLIER, 'nonsense']
ERRORS = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 416, 422, 428, 429, 500, 501, 503]


def answer(app, method='GET', headers=None):
    request = webob.Request.blank('/', method=method, headers=headers or {})
    try:
        response = request.get_response(app)
    except ValueError:
        return {'status': 'ValueError', 'headers': {}, 'body': ''}
    kept = {name.lower(): value for name, value in response.headerlist
            if name.lower() in ('content-type', 'content-range', 'content-length', 'etag', 'last-modified')}
    return {'status': response.status_int, 'headers': kept, 'body': response.body.decode()}


def page(**kw):
    return webob.Response(body=b'0123456789', content_type='text/plain', conditional_response=True, **kw)


def negotiation():
    for offers in OFFERS:
        for accept in ACCEPTS:
            found = webob.acceptparse.create_accept_header(accept).acceptable_offers(offers)
            yield {'offers': offers, 'accept': accept, 'best': found[0][0] if found else None}


def ranges():
    for header in RANGES:
        for method in ('GET', 'HEAD', 'POST'):
            yield {'method': method, 'headers': {'range': header}, 'answer': answer(page(), method, {'Range': header})}
    for header in IF_RANGES:
        headers = {'Range': 'bytes=1-2', 'If-Range': header}
        yield {'method': 'GET', 'headers': {name.lower(): value for name, value in headers.items()},
               'answer': answer(page(etag='x', last_modified=DATE), 'GET', headers)}


def conditions():
    for validators in ({'etag': 'x'}, {'last_modified': DATE}, {'etag': 'x', 'last_modified': DATE}, {'etag': ('x', False)}, {}):
        response = page(**validators)
        sent = {name.lower(): response.headers[name] for name in ('ETag', 'Last-Modified') if name in response.headers}
        for headers in CONDITIONS:
            for method in ('GET', 'HEAD', 'PUT'):
                yield {'validators': sent, 'method': method, 'headers': {k.lower(): v for k, v in headers.items()},
                       'answer': answer(response.copy(), method, headers)}


def errors():
    for status in ERRORS:
        for accept in (None, '*/*', 'application/json', 'text/html', 'text/plain', 'image/png'):
            headers = {} if accept is None else {'Accept': accept}
            got = answer(webob.exc.status_map[status]('<the detail>'), 'GET', headers)
            # As it is, as HTML, or both.
            shown = [text for text in ('<the detail>', '&lt;the detail&gt;') if text in got['body']]
            yield {'status': status, 'accept': accept, 'answer': {**got, 'body': ' '.join(shown)}}


def results():
    def other(environ, start_response):
        start_response('202 Accepted', [('Content-Type', 'text/plain')])
        return [b'other']

    def refuse():
        raise webob.exc.HTTPConflict('taken')

    values = {
        'a response': lambda: webob.Response('made', status=201),
        'a string': lambda: 'text',
        'bytes': lambda: b'bytes',
        'nothing': lambda: None,
        'an error': lambda: webob.exc.HTTPNotFound('gone'),
        'a thrown error': refuse,
        'another app': lambda: other,
        'an object': lambda: {'a': 1},
        'a number': lambda: 1,
    }
    for name, value in values.items():
        try:
            got = answer(webob.dec.wsgify(lambda req, value=value: value()))
        except Exception as error:
            got = {'raised': type(error).__name__}
        yield {'returned': name, 'answer': got}


if __name__ == '__main__':
    recorded = {made.__name__: list(made()) for made in (negotiation, ranges, conditions, errors, results)}
    lines = ',\n'.join(
        json.dumps(name) + ': [\n' + ',\n'.join(json.dumps(row, sort_keys=True) for row in rows) + '\n]'
        for name, rows in recorded.items())
    pathlib.Path(__file__).with_suffix('.json').write_text('{' + lines + '}\n')
