"""Records what pecan answers, for test/api/dispatch/pecan.test.ts: /usr/bin/python3 test/golden/pecan.py"""
import json
import logging
import pathlib
import sys

# This file has the name of the library.
sys.path.pop(0)

import pecan
import pecan.hooks
import pecan.rest
import pecan.routing
import pecan.secure
import webob

logging.disable(logging.CRITICAL)


def told(name, *args, **fields):
    return {'handler': name, 'args': list(args), 'fields': fields}


class Sub:
    @pecan.expose('json')
    def index(self):
        return told('sub.index')

    @pecan.expose('json')
    def leaf(self, one, two='2'):
        return told('sub.leaf', one, two)


class Found:
    def __init__(self, id):
        self.id = id

    @pecan.expose('json')
    def index(self):
        return told('found.index', self.id)

    @pecan.expose('json')
    def name(self):
        return told('found.name', self.id)


class Looking:
    @pecan.expose()
    def _lookup(self, id, *rest):
        if id == 'none':
            return None
        return Found(id), rest

    @pecan.expose('json')
    def known(self):
        return told('looking.known')


class Defaulting:
    sub = Sub()

    @pecan.expose('json')
    def _default(self, *rest):
        return told('default', *rest)


class Both(Looking):
    inner = Looking()

    @pecan.expose('json')
    def _default(self, *rest):
        return told('both.default', *rest)


class Routing:
    @pecan.expose('json')
    def target(self, *rest):
        return told('routing.target', *rest)

    @pecan.expose()
    def _route(self, args, request=None):
        return self.target, args


class Generic:
    @pecan.expose('json', generic=True)
    def index(self, *rest):
        return told('generic.index', *rest)

    @index.when(method='POST', template='json')
    def index_post(self):
        return told('generic.post')

    @pecan.expose('json', generic=True)
    def strict(self):
        pecan.abort(405)

    @strict.when(method='PUT', template='json')
    def strict_put(self):
        return told('generic.put')


class GenericArgs:
    @pecan.expose('json', generic=True)
    def index(self):
        return told('generic.index')

    @index.when(method='POST', template='json')
    def index_post(self, one, two='2'):
        return told('generic.post', one, two)


class Plain:
    sub = Sub()
    looking = Looking()
    defaulting = Defaulting()
    both = Both()
    routing = Routing()
    generic = Generic()
    generic_args = GenericArgs()
    number = 5

    @pecan.expose()
    def index(self):
        return 'root'

    @pecan.expose('json')
    def one(self, name):
        return told('one', name)

    @pecan.expose('json')
    def optional(self, a, b='b'):
        return told('optional', a, b)

    @pecan.expose('json')
    def any(self, *rest):
        return told('any', *rest)

    @pecan.expose('json')
    def fields(self, a='a', **fields):
        return told('fields', a, **fields)

    @pecan.expose('json', route='with-dash')
    def with_dash(self):
        return told('with_dash')

    @pecan.expose('json')
    @pecan.expose(content_type='text/plain')
    def forms(self):
        return 'forms'

    @pecan.expose(content_type='text/csv')
    def csv(self):
        return 'a,b'

    @pecan.expose()
    def empty(self):
        return ''

    @pecan.expose()
    def nothing(self):
        return None

    @pecan.expose('json')
    def created(self):
        pecan.response.status = 201
        return told('created')

    @pecan.expose('json')
    def conflict(self):
        pecan.abort(409, 'taken')

    @pecan.expose()
    def moved(self):
        pecan.redirect('http://localhost/sub/')

    @pecan.expose()
    def response(self):
        return webob.Response('own', status=203, content_type='text/plain')

    @pecan.expose()
    def broken(self):
        raise ValueError('secret')

    def hidden(self):
        return 'hidden'


class Books(pecan.rest.RestController):
    @pecan.expose('json')
    def get(self, author, book):
        return told('books.get', author, book)

    @pecan.expose('json')
    def get_all(self, author):
        return told('books.get_all', author)

    @pecan.expose('json')
    def post(self, author, title='none'):
        return told('books.post', author, title)

    @pecan.expose('json')
    def delete(self, author, book):
        return told('books.delete', author, book)


class Things(pecan.rest.RestController):
    books = Books()
    plain = Sub()
    _custom_actions = {'measures': ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'], 'thing': ['PUT', 'DELETE']}

    @pecan.expose('json')
    def get_all(self):
        return told('get_all')

    @pecan.expose('json')
    def get_one(self, id):
        return told('get_one', id)

    @pecan.expose('json')
    def post(self, name='none', **fields):
        return told('post', name, **fields)

    @pecan.expose('json')
    def put(self, id, name='none'):
        return told('put', id, name)

    @pecan.expose('json')
    def delete(self, id):
        return told('delete', id)

    @pecan.expose('json')
    def patch(self, id):
        return told('patch', id)

    @pecan.expose('json')
    def new(self):
        return told('new')

    @pecan.expose('json')
    def edit(self, id):
        return told('edit', id)

    @pecan.expose('json')
    def get_delete(self, id):
        return told('get_delete', id)

    @pecan.expose('json')
    def measures(self, *rest):
        return told('measures', *rest)

    @pecan.expose('json')
    def post_measures(self, *rest):
        return told('post_measures', *rest)

    @pecan.expose('json')
    def put_thing(self, *rest):
        return told('put_thing', *rest)


class ReadOnly(pecan.rest.RestController):
    @pecan.expose('json')
    def get(self, id):
        return told('read.get', id)


class Lists(pecan.rest.RestController):
    @pecan.expose('json')
    def get_all(self, limit='none'):
        return told('lists.get_all', limit)

    @pecan.expose('json')
    def get_one(self, id, detail='none'):
        return told('lists.get_one', id, detail)


class RestLooking(pecan.rest.RestController):
    @pecan.expose()
    def _lookup(self, id, *rest):
        return Found(id), rest

    @pecan.expose('json')
    def get_all(self):
        return told('rest_looking.get_all')


class VarArgs(pecan.rest.RestController):
    books = Books()

    @pecan.expose('json')
    def get(self, *ids):
        return told('varargs.get', *ids)


class WriteOnly(pecan.rest.RestController):
    @pecan.expose('json')
    def post(self):
        return told('write.post')

    @pecan.expose('json')
    def post_reset(self):
        return told('write.reset')


class Rest:
    things = Things()
    readonly = ReadOnly()
    lists = Lists()
    looking = RestLooking()
    varargs = VarArgs()
    write = WriteOnly()


class Log(pecan.hooks.PecanHook):
    def __init__(self, name, priority=100, answers=False):
        self.name, self.priority, self.answers = name, priority, answers

    def log(self, state, what):
        state.request.environ.setdefault('log', []).append('%s.%s' % (self.name, what))

    def on_route(self, state):
        self.log(state, 'on_route')

    def before(self, state):
        self.log(state, 'before')

    def after(self, state):
        self.log(state, 'after %s' % state.response.status_int)

    def on_error(self, state, error):
        self.log(state, 'on_error')
        if self.answers and 'answered' in state.request.path:
            return webob.Response('instead', status=418)


class HookedSub(pecan.hooks.HookController):
    __hooks__ = [Log('sub', 95)]

    @pecan.expose('json')
    def index(self):
        return told('hooked.sub')


class Hooked(pecan.hooks.HookController):
    __hooks__ = [Log('controller', 100)]
    sub = HookedSub()

    @pecan.expose('json')
    def index(self):
        return told('hooked.index')

    @pecan.expose('json')
    def answered(self):
        raise ValueError('x')

    @pecan.expose('json')
    def conflict(self):
        pecan.abort(409)

    @pecan.expose('json')
    def answered_conflict(self):
        pecan.abort(409)


class HookRoot:
    hooked = Hooked()

    @pecan.expose('json')
    def index(self):
        return told('hook_root')


def is_admin():
    return pecan.request.headers.get('X-Key') == 'admin'


class Vault(pecan.secure.SecureController):
    sub = Sub()
    open_sub = pecan.secure.unlocked(Sub())

    @classmethod
    def check_permissions(cls):
        return pecan.request.headers.get('X-Key') in ('key', 'admin')

    @pecan.expose('json')
    def index(self):
        return told('vault.index')

    @pecan.expose('json')
    @pecan.secure.unlocked
    def open(self):
        return told('vault.open')

    @pecan.expose('json')
    @pecan.secure.secure(is_admin)
    def admin(self):
        return told('vault.admin')

    @pecan.expose()
    def _lookup(self, id, *rest):
        return Found(id), rest


class SecureRoot:
    vault = Vault()
    guarded = pecan.secure.secure(Sub(), is_admin)

    @pecan.expose('json')
    def index(self):
        return told('secure_root')

    @pecan.expose('json')
    @pecan.secure.secure(is_admin)
    def admin(self):
        return told('admin')


def cases():
    get = lambda *paths: [('GET', path, {}, None) for path in paths]
    every = lambda path, methods='GET HEAD POST PUT PATCH DELETE OPTIONS RESET': [(m, path, {}, None) for m in methods.split()]
    accept = lambda path, *values: [('GET', path, {'Accept': value}, None) for value in values]
    form = {'Content-Type': 'application/x-www-form-urlencoded'}
    body = {'Content-Type': 'application/json'}
    yield 'plain', {}, (
        get('', '/', '//', '/sub', '/sub/', '/sub?a=1', '/sub/leaf', '/sub/leaf/', '/sub/leaf/1', '/sub/leaf/1/', '/sub/leaf/1/3',
            '/sub/leaf/1/3/4', '/sub/leaf?one=1', '/sub/leaf?two=3', '/sub/leaf/1?two=3', '/sub/leaf/1?one=2', '/sub//leaf',
            '/one', '/one/a', '/one?name=a&name=b', '/one?name=', '/one/a%20b', '/one?name=a&other=b', '/optional', '/optional/1',
            '/optional/1/2', '/optional?b=1', '/any', '/any/', '/any/1/2/3', '/fields', '/fields?a=1&b=2&c=3&c=4', '/fields/1?b=2',
            '/with-dash', '/with_dash', '/csv', '/empty', '/nothing', '/created', '/conflict', '/moved', '/response', '/broken',
            '/hidden', '/number', '/missing', '/sub/missing', '/__class__', '/__init__', '/__dict__', '/sub/__class__',
            '/looking', '/looking/', '/looking/known', '/looking/7', '/looking/7/', '/looking/7/name', '/looking/7/missing',
            '/looking/none', '/defaulting', '/defaulting/', '/defaulting/a', '/defaulting/a/b', '/defaulting/sub/leaf/1',
            '/defaulting/sub/missing', '/both/7/name', '/both/none', '/both/7/missing', '/both/inner/7/name', '/both/inner/none',
            '/both/', '/routing', '/routing/', '/routing/a/b', '/_default', '/defaulting/_default', '/looking/_lookup')
        + every('/generic/') + every('/generic/strict') + every('/generic_args/', 'GET POST') + every('/one/a')
        + [('POST', '/sub', {}, None), ('PUT', '/sub', {}, None), ('POST', '/generic_args/1', {}, None),
           ('POST', '/one', form, 'name=a'), ('POST', '/one?name=a', form, 'name=b'), ('POST', '/one', body, '{"name": {"a": [1]}}'),
           ('POST', '/one', body, '["name"]'), ('POST', '/one', body, '{"name"'), ('POST', '/fields', body, '{"a": 1, "b": null}'),
           ('PUT', '/one', body, '{"name": "a"}'), ('POST', '/one', {'Content-Type': 'text/plain'}, 'name=a')]
        + accept('/forms', '*/*', 'application/json', 'text/plain', 'text/html', 'text/*', 'text/plain;q=0.5, application/json',
                 'text/html,application/xhtml+xml,*/*;q=0.8')
        + accept('/', 'application/json', 'text/html', 'text/html,application/xhtml+xml', 'image/png')
        + accept('/one/a', 'text/html', 'text/html,application/xhtml+xml', 'application/json;charset=utf-8')
        + accept('/conflict', 'application/json', 'text/html', 'text/plain', '*/*', 'application/json, text/html')
        + accept('/missing', 'application/json', 'text/html'))
    yield 'guessing', {}, get('/one/a.json', '/one/a.html', '/one/a.unknown', '/one/a.tar.gz', '/csv.csv', '/csv.txt', '/forms.txt', '/forms.json',
                              '/forms.html', '/one/.json', '/one/1.2', '/sub.json', '/sub/.json')
    yield 'lenient', {}, get('/sub', '', '/') + [('POST', '/sub', {}, None), ('POST', '/generic', {}, None)]
    yield 'json', {}, get('/', '/empty', '/nothing', '/csv')
    things = '/things'
    yield 'rest', {}, (
        every(things) + every(things + '/') + every(things + '/1') + every(things + '/1/2') + every(things + '/measures')
        + every(things + '/1/measures') + every(things + '/thing/1') + every(things + '/1/thing')
        + get(things + '/new', things + '/1/edit', things + '/1/delete', things + '/edit', things + '/1/', things + '/1/2/3',
              things + '/books', things + '/1/books', things + '/1/books/', things + '/1/books/2', things + '/1/books/2/3', things + '/plain/',
              things + '/1/plain/leaf/1', things + '/plain', things + '/1/plain', things + '/get_all', things + '/get_one', things + '/post',
              things + '/1/get_one', things + '/_route', things + '/_custom_actions', things + '/__class__',
              things + '?_method=DELETE', things + '/1?_method=DELETE', things + '/1?_method=PUT', things + '/1.5',
              '/readonly', '/readonly/', '/readonly/1', '/readonly/1/2', '/readonly?id=1', '/lists', '/lists/', '/lists?limit=5', '/lists/1',
              '/lists/1/full', '/lists/1?detail=full', '/looking', '/looking/', '/looking/7', '/looking/7/', '/looking/7/name',
              '/looking/7/missing', '/varargs', '/varargs/1', '/varargs/1/2', '/varargs/1/books/2', '/varargs/books/2', '/write', '/write/1')
        + every('/readonly/1') + every('/write') + every('/write/reset', 'GET POST RESET') + every('/looking/7', 'POST PUT DELETE PATCH')
        + every(things + '/1/books') + every(things + '/1/books/2')
        + [('POST', things, body, '{"name": "n", "size": 2}'), ('PUT', things + '/1', body, '{"name": "n"}'), ('PUT', things, body, '{"id": "9"}'),
           ('POST', things, form, 'name=n&size=1&size=2'), ('PUT', things + '?id=7', {}, None)])
    yield 'override', {}, [('POST', things + '/1?_method=DELETE', {}, None), ('POST', things + '/1', form, '_method=PUT'), ('GET', things + '/1?_method=DELETE', {}, None)]
    yield 'hooks', {}, get('/', '/hooked/', '/hooked/sub/', '/hooked/answered', '/hooked/conflict', '/hooked/answered_conflict', '/missing', '/hooked')
    for key in (None, 'key', 'admin'):
        headers = {} if key is None else {'X-Key': key}
        paths = ('/', '/admin', '/vault/', '/vault', '/vault/open', '/vault/admin', '/vault/sub/', '/vault/open_sub/', '/vault/7/name',
                 '/vault/missing', '/guarded/', '/guarded/leaf/1')
        yield 'secure', headers, get(*paths)


def answer(app, method, path, headers, body):
    request = webob.Request.blank(path, method=method, headers=headers, body=(body or '').encode())
    try:
        response = request.get_response(app)
    except Exception as error:
        got = {'raised': type(error).__name__}
    else:
        got = {'status': response.status_int}
        if response.content_type:
            got['type'] = response.content_type
        for name in ('Allow', 'Location'):
            if name in response.headers:
                got[name.lower()] = response.headers[name]
        if response.content_type == 'application/json' and response.body:
            got['json'] = json.loads(response.body)
        elif response.status_int < 300:
            got['text'] = response.text if response.charset else response.body.decode()
    if 'log' in request.environ:
        got['log'] = request.environ['log']
    return got


APPS = {
    'plain': lambda: pecan.make_app(Plain(), guess_content_type_from_ext=False),
    'guessing': lambda: pecan.make_app(Plain()),
    'lenient': lambda: pecan.make_app(Plain(), force_canonical=False, guess_content_type_from_ext=False),
    'json': lambda: pecan.make_app(Plain(), default_renderer='json', guess_content_type_from_ext=False),
    'rest': lambda: pecan.make_app(Rest(), guess_content_type_from_ext=False),
    'override': lambda: pecan.make_app(Rest(), guess_content_type_from_ext=False),
    'hooks': lambda: pecan.make_app(HookRoot(), guess_content_type_from_ext=False, hooks=[Log('late', 130), Log('early', 90, answers=True), Log('usual')]),
    'secure': lambda: pecan.make_app(SecureRoot(), guess_content_type_from_ext=False),
}

if __name__ == '__main__':
    rows = []
    for name, extra, requests in cases():
        app = APPS[name]()
        for method, path, headers, body in requests:
            row = {'app': name, 'method': method, 'path': path, 'answer': answer(app, method, path, {**extra, **headers}, body)}
            if headers or extra:
                row['headers'] = {key.lower(): value for key, value in {**extra, **headers}.items()}
            if body is not None:
                row['body'] = body
            rows.append(json.dumps(row, sort_keys=True))
    pathlib.Path(__file__).with_suffix('.json').write_text('[\n' + ',\n'.join(rows) + '\n]\n')
