"""Records what Routes 2.5 does with maps, paths and URLs: run `python3 test/golden/routing.py` where python3-routes is.

Each case is a list of calls of the mapper, requests to match and URLs to generate. Keyword arguments are Routes' own; the
test gives them the names of ours. What the original answers is written to routing.json beside this file.
"""
import json
import os
import re
import sys
from urllib.parse import unquote

from routes import Mapper
from routes.util import GenerationException, URLGenerator

HOST = 'api.test'

crud = [(method, path) for path in ('/messages', '/messages/new', '/messages/7', '/messages/7/edit', '/messages.xml',
                                    '/messages/7.xml', '/messages/new.xml', '/messages/7/edit.xml')
        for method in ('GET', 'POST', 'PUT', 'DELETE')]

get = lambda *paths: [('GET', path) for path in paths]

CASES = [
    ('resource', [['resource', 'message', 'messages', {}]],
     crud + get('/messages/', '/messages/7/', '/messages/1.', '/messages/1.2.json', '/messages/.', '/messages/..', '/messages/.x',
                '/messages/a..b', '/messages.', '/messages.a.b', '/messages.a/b', '/', '', '/messagesx', '/message', '//messages',
                '/messages//7', '/messages/7/8', '/messages/%20', '/messages/a%20b', '/messages/%C3%A9', '/messages/a%2Fb',
                '/messages/a\\', '/messages/a\\.xml', '/messages/7/edit.', '/messages/edit', '/messages/new.', '/messages/a%5C',
                '/messages/a;b', '/messages/a,b', '/messages/a:b', '/messages/a%3Fb', '/messages/a%25b', '/messages/+',
                '/MESSAGES', '/messages/7/Edit')
     + [(method, '/messages/7') for method in ('PATCH', 'HEAD', 'OPTIONS', 'TRACE')]
     + [(method, '/messages') for method in ('PATCH', 'HEAD', 'OPTIONS')],
     [('messages', {}), ('message', {'id': 7}), ('new_message', {}), ('edit_message', {'id': 'x'}),
      ('formatted_messages', {'format': 'xml'}), ('formatted_message', {'id': 7, 'format': 'json'}),
      ('formatted_new_message', {'format': 'xml'}), ('formatted_edit_message', {'id': 7, 'format': 'xml'}),
      ('message', {}), ('formatted_message', {'id': 7}), ('message', {'id': 7, 'q': 'a b', 'r': ['x', 'y&z']}),
      ('messages', {'page': 2, 'sort': 'name:asc'}), ('message', {'id': 'a b'}), ('message', {'id': 'é'}),
      ('message', {'id': "~-_.!*'()"}), ('message', {'id': 'a/b'}), ('message', {'id': 'a?b#c%d'}), ('message', {'id': ''}),
      ('message', {'id': None}), ('nothing', {}), ('messages', {'q': None}), ('messages', {'q': ''}), ('messages', {'q': True}),
      ('messages', {'q': "~*'()!-_."}), ('messages', {'q': 'é/?'}), ('message', {'id': 0}), ('messages', {'q': []}),
      ('message', {'id': 'a\\'})]),

    ('resource, more actions',
     [['resource', 'message', 'messages', {'collection': {'rss': 'GET', 'search': 'POST', 'tags': 'get'},
                                           'member': {'mark': 'POST', 'history': 'GET', 'purge': 'DELETE', 'lock': 'PUT'},
                                           'new': {'preview': 'POST', 'help': 'GET'}}]],
     [(method, path) for path in ('/messages/rss', '/messages/search', '/messages/tags', '/messages/7/mark', '/messages/7/history',
                                  '/messages/7/purge', '/messages/7/lock', '/messages/new/preview', '/messages/new/help', '/messages/rss.xml',
                                  '/messages/7/mark.xml', '/messages/new/preview.xml', '/messages/7', '/messages')
      for method in ('GET', 'POST', 'PUT', 'DELETE')],
     [('rss_messages', {}), ('search_messages', {}), ('mark_message', {'id': 7}), ('history_message', {'id': 7}),
      ('preview_new_message', {}), ('help_new_message', {}), ('new_message', {}), ('formatted_rss_messages', {'format': 'xml'}),
      ('formatted_mark_message', {'id': 7, 'format': 'xml'}), ('lock_message', {'id': 1}), ('purge_message', {'id': 1})]),

    ('resource, actions with PUT and DELETE on the collection',
     [['resource', 'message', 'messages', {'collection': {'archive': 'PUT', 'clear': 'DELETE', 'any': 'ANY'}}]],
     [(method, path) for path in ('/messages', '/messages/archive', '/messages/clear', '/messages/any') for method in ('GET', 'PUT', 'DELETE')],
     [('archive_messages', {}), ('clear_messages', {}), ('any_messages', {})]),

    ('resource, a member action with PATCH', [['resource', 'message', 'messages', {'member': {'touch': 'PATCH'}}]],
     [('PATCH', '/messages/7'), ('PATCH', '/messages/7/touch')], [('touch_message', {'id': 7})]),

    ('resource below a parent',
     [['resource', 'location', 'locations', {'parent_resource': {'member_name': 'region', 'collection_name': 'regions'}}]],
     [(method, path) for path in ('/regions/1/locations', '/regions/1/locations/2', '/regions/1/locations/new', '/regions/1/locations/2.xml',
                                  '/regions/locations', '/locations', '/regions/1.5/locations/2') for method in ('GET', 'POST', 'PUT', 'DELETE')],
     [('region_locations', {'region_id': 13}), ('region_location', {'region_id': 13, 'id': 60}), ('region_new_location', {'region_id': 13}),
      ('new_region_location', {'region_id': 13}), ('region_edit_location', {'region_id': 13, 'id': 60}),
      ('formatted_region_location', {'region_id': 1, 'id': 2, 'format': 'x'}), ('region_location', {'id': 60}), ('locations', {})]),

    ('resource below a parent, with prefixes of its own',
     [['resource', 'location', 'locations', {'parent_resource': {'member_name': 'region', 'collection_name': 'regions'},
                                             'path_prefix': 'areas/:area_id', 'name_prefix': ''}]],
     get('/areas/1/locations', '/areas/1/locations/2', '/regions/1/locations', '/areas/1/locations/2/edit'),
     [('locations', {'area_id': 51}), ('location', {'area_id': 51, 'id': 1}), ('region_locations', {'region_id': 1})]),

    ('resource with a path prefix and a name prefix',
     [['resource', 'message', 'messages', {'path_prefix': '/category/:category_id/', 'name_prefix': 'category_'}]],
     get('/category/7/messages', '/category/7/messages/1', '/category/messages', '/category//messages', '/category/7/messages/new'),
     [('category_message', {'category_id': 7, 'id': 1}), ('category_messages', {'category_id': 7}), ('category_new_message', {'category_id': 7})]),

    ('resource with requirements',
     [['resource', 'server', 'servers', {'path_prefix': '{project_id}/', 'requirements': {'project_id': '[0-9a-f]+'}}]],
     [(method, path) for path in ('/beef/servers', '/zzz/servers', '/beef/servers/1', '/zzz/servers/1', '/beef/servers/new', '/zzz/servers/new')
      for method in ('GET', 'POST')],
     [('servers', {'project_id': 'beef'}), ('servers', {'project_id': 'zz'}), ('server', {'project_id': 'beef', 'id': 1})]),

    ('nova: the project and its extensions',
     [['connect', 'versions', '/', {'controller': 'versions', 'action': 'show'}],
      ['resource', 'document', 'os-documents', {'path_prefix': '{project_id}/'}],
      ['resource', 'server', 'servers', {'path_prefix': '{project_id}/', 'collection': {'detail': 'GET'}, 'member': {'action': 'POST'}}],
      ['resource', 'tag', 'tags', {'parent_resource': {'member_name': 'server', 'collection_name': '{project_id}/servers'}}]],
     [(method, path) for path in ('/', '/p/os-documents', '/p/os-documents/1', '/p/servers/detail', '/p/servers/1/action', '/p/servers',
                                  '/p/servers/1/tags', '/p/servers/1/tags/x', '/p/servers/1/tags.json', '/p/servers/detail.json',
                                  '/servers', '/p', '/p/', '/p/q/servers') for method in ('GET', 'POST')],
     [('detail_servers', {'project_id': 'p'}), ('action_server', {'project_id': 'p', 'id': 3}), ('os-documents', {'project_id': 'p'}),
      ('versions', {}), ('server_tags', {'project_id': 'p', 'server_id': 1})]),

    ('order: the longest text first',
     [['connect', 'two', '/{a}/b', {}], ['connect', 'any', '/x/{c}', {}], ['connect', 'all', '/{a}/{b}', {}], ['connect', 'lit', '/x/lit', {}],
      ['connect', 'slash', '/x/', {}], ['connect', 'one', '/{a}', {}], ['connect', 'rest', '/*r', {}], ['connect', 'part', '/xy{a}', {}],
      ['connect', 'deep', '/x/{a}/c', {}], ['connect', 'deeper', '/x/b/{c}', {}], ['connect', 'lit2', '/x/lit', {}]],
     get('/x/b', '/x/lit', '/y/b', '/y/c', '/x/', '/x', '/xy', '/xyz', '/a/b/c', '/x/b/c', '/x/q/c', '/x/b/d', '/x/q/d', '/xyz/b', '//', '/x//',
         '/xylit', '/x/lit/', '/'),
     [('two', {'a': 1}), ('rest', {'r': 'a/b'}), ('part', {'a': 'z'}), ('slash', {})]),

    ('order: declaration decides below the same text',
     [['connect', None, '/{a}/{b}', {}], ['connect', None, '/{a}/lit', {}], ['connect', None, '/v{x}/lit', {}], ['connect', None, '/v1/{y}', {}],
      ['connect', None, '/v1.{z}/lit', {}], ['connect', None, '/{a}/{b}/{c:\\d+}', {}], ['connect', None, '/{a}/{b}/{c}', {}],
      ['connect', None, '/{a}/{b}/9', {}]],
     get('/q/lit', '/v2/lit', '/v1/lit', '/v1/x', '/v1.2/lit', '/v1.2/x', '/v/lit', '/1/2/3', '/1/2/x', '/1/2/9', '/v1/2/9'), []),

    ('order: methods are part of it',
     [['connect', 'a', '/{id}', {'conditions': {'method': ['PUT']}}], ['connect', 'b', '/{id}', {'conditions': {'method': ['GET', 'POST']}}],
      ['connect', 'c', '/x', {'conditions': {'method': ['DELETE']}}], ['connect', 'd', '/*rest', {}]],
     [(method, path) for path in ('/x', '/y', '/x/y') for method in ('GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD')], []),

    ('a method that is a text', [['connect', 'a', '/x', {'conditions': {'method': 'POST'}}]],
     [('POST', '/x'), ('POS', '/x'), ('GET', '/x'), ('T', '/x')], []),

    ('variables in all their forms',
     [['connect', 'colon', '/a/:x', {}], ['connect', 'paren', '/b/:(x)s/:(y)', {}], ['connect', 'brace', '/c/{x}-{y}', {}],
      ['connect', 'dots', '/d/:x.:y', {}], ['connect', 'comma', '/e/:x,:y;:z', {}], ['connect', 'star', '/f/*x', {}],
      ['connect', 'starparen', '/g/*(x)/edit', {}], ['connect', 'starmore', '/h/*x.xml', {}], ['connect', 'two', '/i/{x}{y}', {}],
      ['connect', 'twostars', '/j/*x/and/*y', {}], ['connect', 'tail', '/k{x}', {}], ['connect', 'under', '/l/{_x1}', {}]],
     get('/a/1', '/a/', '/a', '/a/1/2', '/a/1.2', '/b/cats/1', '/b/s/1', '/b/ss/1', '/b/cat/1', '/c/1-2', '/c/1-2-3', '/c/-', '/c/--', '/c/---',
         '/c/1', '/d/1.2', '/d/1.2.3', '/d/..', '/d/...', '/e/1,2;3', '/e/1,2', '/e/,,;;', '/f/1', '/f/1/2', '/f/', '/f//', '/g/1/edit',
         '/g/1/2/edit', '/g/edit', '/g//edit', '/g/edit/edit', '/g/1/edit/', '/h/a.xml', '/h/a/b.xml', '/h/.xml', '/h/a.xml.xml', '/h/a.xmlx',
         '/i/ab', '/i/a', '/i/abc', '/j/1/and/2', '/j/1/2/and/3/4', '/j/and/and/and', '/j/1/and/2/and/3', '/kx', '/k', '/k/x', '/l/5'),
     [('colon', {'x': 1}), ('paren', {'x': 'cat', 'y': 2}), ('brace', {'x': 1, 'y': 2}), ('dots', {'x': 'a', 'y': 'b'}),
      ('comma', {'x': 1, 'y': 2, 'z': 3}), ('star', {'x': 'a/b c'}), ('starparen', {'x': 'a'}), ('two', {'x': 'a', 'y': 'b'}),
      ('twostars', {'x': 'a/b', 'y': 'c'}), ('tail', {'x': '/'}), ('colon', {'x': 'a', 'y': 'b'})]),

    ('names that end at a dash', [['connect', 'date', '/:y-:m-:d', {}]], get('/2020-01-02', '/20'), [('date', {'y': 1, 'm': 2, 'd': 3})]),

    ('requirements',
     [['connect', 'num', '/a/{id:\\d+}', {}], ['connect', 'opt', '/b/{id:\\d*}', {}], ['connect', 'path', '/c/{rest:.*}', {}],
      ['connect', 'word', '/d/:id', {'requirements': {'id': '[a-z]+|X'}}], ['connect', 'group', '/e/{id:(a|b)(c)?}/{x}', {}],
      ['connect', 'some', '/f/{rest:.+}/end', {}], ['connect', 'not', '/g/{x:[^.]+}.{y}', {}], ['connect', 'two', '/h/{x:\\d+}-{y:[a-f]+}', {}],
      ['connect', 'star', '/i/*x', {'requirements': {'x': '[a-z/]+'}}], ['connect', 'lazy', '/j/{x:.*?}/{y}', {}],
      ['connect', 'esc', '/k/{x:\\d\\{2\\}}', {}], ['connect', 'class', '/l/{x:[!-~]+}', {}], ['connect', 'slashes', '/m/{x:[^-]+}-{y}', {}],
      ['connect', 'uuid', '/n/{id:[0-9a-f-]+}/x', {}]],
     get('/a/12', '/a/x', '/a/', '/a/1x', '/b/', '/b/1', '/b', '/b/x', '/c/', '/c/a/b', '/c', '/d/abc', '/d/X', '/d/Xa', '/d/1', '/e/a/1', '/e/bc/1',
         '/e/c/1', '/f/a/end', '/f/a/b/end', '/f/end', '/f//end', '/g/a.b', '/g/a.b.c', '/g/a/b.c', '/h/12-ab', '/h/12-xy', '/h/1-a-b', '/i/a/b',
         '/i/a1', '/i/', '/j/a/b', '/j/a/b/c', '/j//b', '/j/b', '/k/12', '/k/123', '/k/1', '/l/a/b', '/l/~', '/m/a/b-c', '/m/a-b-c', '/n/ab-1/x',
         '/n/xyz/x'),
     [('num', {'id': 5}), ('num', {'id': 'x'}), ('path', {'rest': 'a/b'}), ('path', {'rest': ''}), ('word', {'id': 'abc'}), ('word', {'id': 'ab1'}),
      ('two', {'x': 1, 'y': 'a'}), ('esc', {'x': '12'}), ('star', {'x': 'a/b'}), ('some', {'rest': 'a/b'})]),

    ('formats that may be absent',
     [['connect', 'list', '/e{.format}', {}], ['connect', 'one', '/e/{id}{.format}', {}], ['connect', 'two', '/f/{id}{.format:json|xml}', {}],
      ['connect', 'mid', '/g{.format}/x', {}], ['connect', 'midvar', '/h/{id}{.format}/x', {}], ['connect', 'default', '/i{.format}', {'format': 'json'}],
      ['connect', 'text', '/j/{a}-{b}{.format}', {}], ['connect', 'inner', '/k/a{.x}b', {}], ['connect', 'alone', '/l/{.x}', {}],
      ['connect', 'twice', '/m/{id}{.x}{.y}', {}]],
     get('/e', '/e.xml', '/e.', '/e.a.b', '/e/1', '/e/1.xml', '/e/1.2.xml', '/e/1.', '/e/.xml', '/e/..', '/e/', '/f/1', '/f/1.json', '/f/1.html',
         '/f/1.json.xml', '/f/1.jsonx', '/g/x', '/g.xml/x', '/g./x', '/h/1/x', '/h/1.2/x', '/h/1.2.3/x', '/i', '/i.xml', '/j/1-2', '/j/1-2.x',
         '/j/1-2-3.x', '/j/1.2-3', '/k/ab', '/k/a.1b', '/k/a.b', '/k/a.bb', '/l/', '/l/.a', '/l', '/m/1', '/m/1.2', '/m/1.2.3', '/m/1.2.3.4'),
     [('list', {}), ('list', {'format': 'xml'}), ('one', {'id': 1}), ('one', {'id': 1, 'format': 'json'}), ('two', {'id': 1, 'format': 'json'}),
      ('two', {'id': 1, 'format': 'html'}), ('mid', {'format': 'a'}), ('mid', {}), ('one', {'id': 1, 'format': None}), ('one', {'id': 1, 'format': ''})]),

    ('escapes', [['connect', 'colon', '/v1\\:x', {}], ['connect', 'star', '/a\\*', {}], ['connect', 'brace', '/b\\{x\\}/{y}', {}],
                 ['connect', 'back', '/c\\\\d', {}], ['connect', 'other', '/e\\f', {}], ['connect', 'regex', '/a.b+c(d)|e^$', {}]],
     get('/v1:x', '/a*', '/ab', '/b{x}/1', '/c\\d', '/cd', '/e\\f', '/a.b+c(d)|e^$', '/axb+c(d)|e^$', '/e%5Cf'),
     [('colon', {}), ('star', {}), ('brace', {'y': 1})]),

    ('defaults', [['connect', 'home', '/', {'controller': 'blog', 'action': 'view', 'section': 'home'}],
                  ['connect', 'blog', '/blog/{section}', {'section': 'all'}], ['connect', 'rest', '/rest{x:.*}', {'x': 'none'}]],
     get('/', '/blog/x', '/blog/', '/blog', '/rest', '/rest/a'),
     [('home', {}), ('home', {'section': 'home'}), ('home', {'section': 'other'}), ('blog', {}), ('blog', {'section': 'x'}), ('home', {'q': 1})]),

    ('paths without a slash, and the empty one', [['connect', 'bare', 'archives/:page', {}], ['connect', 'home', '', {}]],
     get('/archives/1', 'archives/1', '', '/'), [('bare', {'page': 1}), ('home', {})]),

    ('submappers',
     [['submapper', {'path_prefix': '/entries', 'name_prefix': 'entry_', 'controller': 'entries', 'requirements': {'id': '\\d+'}},
       [['connect', 'list', '', {'action': 'index'}], ['connect', 'one', '/{id}', {'action': 'show', 'conditions': {'method': ['GET']}}],
        ['submapper', {'path_prefix': '/{id}/parts', 'name_prefix': 'part_', 'requirements': {'part': '[a-z]+'}},
         [['connect', 'one', '/{part}', {'action': 'part', 'requirements': {'x': 'y'}}]]],
        ['connect', '/plain', {'action': 'plain'}]]]],
     get('/entries', '/entries/1', '/entries/x', '/entries/1/parts/a', '/entries/1/parts/1', '/entries/x/parts/a', '/entries/plain'),
     [('entry_list', {}), ('entry_one', {'id': 1}), ('entry_part_one', {'id': 1, 'part': 'a'}), ('list', {})]),

    ('submappers in submappers with a route that has no name',
     [['submapper', {'name_prefix': 'a_', 'path_prefix': '/a'}, [['submapper', {'name_prefix': 'b_', 'path_prefix': '/b'}, [['connect', '/x', {}]]]]]],
     get('/a/b/x'), []),

    ('submappers with links',
     [['submapper', {'path_prefix': '/entries', 'collection_name': 'entries', 'resource_name': 'entry', 'controller': 'entry', 'actions': ['index', 'new', 'create']},
       [['link', {'rel': 'recent', 'name': 'recent_entries'}], ['link', {'rel': 'ping', 'method': 'POST', 'formatted': False}],
        ['link', {'name': 'foo', 'action': 'bar'}], ['action', {'action': 'clear', 'method': 'DELETE'}], ['action', {'name': 'named', 'method': 'PUT'}]]]],
     [(method, path) for path in ('/entries', '/entries.xml', '/entries/new', '/entries/recent', '/entries/recent.xml', '/entries/ping', '/entries/ping.xml',
                                  '/entries/foo') for method in ('GET', 'POST', 'DELETE', 'PUT')],
     [('entries', {}), ('new_entry', {'format': 'xml'}), ('recent_entries', {}), ('ping_entry', {}), ('clear_entry', {}), ('create_entry', {}), ('named', {}),
      ('foo', {})]),

    ('collections',
     [['collection', 'entries', 'entry', {}, [['link', {'rel': 'recent'}]], [['link', {'rel': 'ping', 'method': 'POST'}]]],
      ['collection', 'notes', 'note', {'path_prefix': '/{user}', 'member_prefix': '/{note_id:\\d+}', 'collection_actions': ['index'], 'member_actions': ['show'],
                                       'member_options': {'requirements': {'x': 'y'}}}, [], []],
      ['collection', None, 'thing', {'path_prefix': '/thing'}, [], []]],
     [(method, path) for path in ('/entries', '/entries/new', '/entries/7', '/entries/7/edit', '/entries/7/ping', '/entries/7.xml', '/entries.xml', '/entries/recent',
                                  '/bob/notes', '/bob/notes/1', '/bob/notes/x', '/bob/notes/1.json', '/thing', '/thing/new', '/thing/3')
      for method in ('GET', 'POST', 'PUT', 'DELETE')],
     [('entries', {}), ('entry', {'id': 1}), ('new_entry', {}), ('edit_entry', {'id': 1}), ('ping_entry', {'id': 1}), ('create_entry', {}), ('update_entry', {'id': 1}),
      ('delete_entry', {'id': 1}), ('notes', {'user': 'bob'}), ('note', {'user': 'bob', 'note_id': 1, 'format': 'json'}), ('recent_entry', {})]),

    ('redirects', [['connect', 'home', '/', {}], ['redirect', '/old/{url:.*}', '/new/{url}', {}], ['redirect', '/gone/{a}', '/', {}]],
     get('/old/a/b', '/old/', '/gone/x', '/'), []),

    ('static routes', [['connect', 'docs', 'http://docs.test/{page}', {'_static': True}], ['connect', 'file', '/files/:x/{y}', {'_static': True}],
                       ['connect', 'abs', '/abs/{y}', {'_absolute': True}]],
     get('/files/:x/1', '/abs/1'),
     [('docs', {'page': 'a'}), ('file', {'y': 1}), ('abs', {'y': 1}), ('docs', {'page': 'a', 'q': 1})]),

    ('names that stand twice', [['connect', 'x', '/one', {}], ['connect', 'x', '/two', {}]], get('/one', '/two'), [('x', {})]),

    ('text that is not ASCII', [['connect', 'cafe', '/café/{x}', {}]], get('/caf%C3%A9/1', '/café/1'), [('cafe', {'x': 1})]),
]

URL_OPTIONS = [
    {}, {'script_name': '/v2'}, {'qualified': True}, {'qualified': True, 'script_name': '/v2'}, {'host': 'other.test'}, {'host': 'other.test:1'},
    {'protocol': 'https'}, {'protocol': 'https', 'qualified': True}, {'protocol': ''}, {'anchor': 'top'}, {'anchor': 'a b/é'},
    {'host': 'other.test', 'protocol': 'https', 'script_name': '/v2', 'anchor': 'x'}, {'port': 8080, 'qualified': True},
    {'port': 8080, 'protocol': 'https'}, {'port': 8080, 'host': 'other.test'},
]


def play(target, calls):
    for call in calls:
        method, *args = call
        if method == 'connect':
            *names, options = args
            target.connect(*names, **options)
        elif method == 'submapper':
            options, inner = args
            play(target.submapper(**options), inner)
        elif method == 'collection':
            collection, member, options, calls_of_collection, calls_of_member = args
            made = target.collection(collection, member, **options)
            play(made, calls_of_collection)
            play(made.member, calls_of_member)
        elif method in ('link', 'action'):
            getattr(target, method)(**args[0])
        else:
            *names, options = args
            getattr(target, method)(*names, **json.loads(json.dumps(options)))


def mapper(calls):
    made = Mapper(controller_scan=None, register=False)
    play(made, calls)
    made.create_regs([])
    return made


def match(made, method, path):
    environ = {'REQUEST_METHOD': method, 'PATH_INFO': unquote(path), 'HTTP_HOST': HOST, 'wsgi.url_scheme': 'http', 'SCRIPT_NAME': ''}
    found = made.routematch(environ=environ)
    if found is None:
        return None
    params, route = found
    variables = {part['name'] for part in route.routelist if isinstance(part, dict)}
    kept = {key: value for key, value in params.items() if value is not None and (key in variables or key not in ('controller', 'action'))}
    return [made.matchlist.index(route), kept]


def url(made, name, params, options=None):
    options = dict(options or {})
    port = options.pop('port', None)
    environ = {'HTTP_HOST': HOST + (':%d' % port if port else ''), 'SERVER_NAME': HOST, 'SERVER_PORT': '80', 'wsgi.url_scheme': 'http',
               'SCRIPT_NAME': options.pop('script_name', '')}
    try:
        return URLGenerator(made, environ)(name, **dict(params, **options))
    except GenerationException:
        return None


def methods(route):
    given = (route.conditions or {}).get('method')
    return [given] if isinstance(given, str) else given and sorted(given)


def rows(made):
    return [[route.name, route.routepath, methods(route), route.defaults.get('action')] for route in made.matchlist]


def record(name, calls, requests, urls):
    try:
        made = mapper(calls)
    except Exception as error:
        return {'name': name, 'calls': calls, 'fails': type(error).__name__}
    routes = rows(made)
    return {
        'name': name, 'calls': calls, 'routes': routes,
        'matches': [[method, path, match(made, method, path)] for method, path in requests],
        'urls': [[route, params, {}, url(made, route, params)] for route, params in urls],
    }


def main():
    cases = [record(*case) for case in CASES]
    links = [['connect', 'message', '/messages/{id}', {}], ['connect', 'docs', 'http://docs.test/{page}', {'_static': True}],
             ['connect', 'abs', '/abs', {'_absolute': True}]]
    made = mapper(links)
    wanted = [('message', {'id': 1, 'q': 'x'}), ('docs', {'page': 'p'}), ('abs', {})]
    cases.append({
        'name': 'links for a request', 'calls': links, 'routes': rows(made), 'matches': [],
        'urls': [[route, params, options, url(made, route, params, options)] for route, params in wanted for options in URL_OPTIONS],
    })
    bad = ['/{a', '/{a}/{a}', '/:', '/{}', '/{a:(}', '/{a-b}', '/:a:b', '/{1a}', '/*', '/{a:[}', '/:(a', '/{a:\\d{2}}', '/a\\', '/{id:(?:a:b)}', '/{a:^\\d+$}']
    cases += [record('a path that is odd: ' + path, [['connect', 'odd', path, {}]], get('/1', '/12', '/a', '/a:b'), []) for path in bad]
    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'routing.json')
    with open(file, 'w', encoding='utf-8') as out:
        out.write('[\n' + ',\n'.join(json.dumps(case, ensure_ascii=False, separators=(',', ':')) for case in cases) + '\n]\n')
    sys.stdout.write('%d requests, %d urls\n' % (sum(len(case.get('matches', ())) for case in cases), sum(len(case.get('urls', ())) for case in cases)))


if __name__ == '__main__':
    main()
