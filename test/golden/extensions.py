"""Records the extension descriptors of neutron-lib 3.1: python3 -P test/golden/extensions.py > test/golden/extensions.json

Of each API definition its words, with attributes by their names alone; and what APIExtensionDescriptor answers of them:
the extended resources of two versions, and the definition's own maps after another extension has added to them."""
import copy
import importlib
import json
import pkgutil

from neutron_lib.api import definitions, extensions

WORDS = ('NAME', 'ALIAS', 'DESCRIPTION', 'UPDATED_TIMESTAMP', 'RESOURCE_ATTRIBUTE_MAP', 'SUB_RESOURCE_ATTRIBUTE_MAP',
         'REQUIRED_EXTENSIONS', 'OPTIONAL_EXTENSIONS')


class Reduced:
    """A definition whose attributes are names: their properties are recorded in attribute-maps.json."""


def names(resources):
    if resources is None:
        return None
    return {collection: {'parent': spec['parent'], 'parameters': {name: {} for name in spec.get('parameters', {})}}
            if 'parent' in spec and 'member_name' in spec['parent'] else {name: {} for name in spec}
            for collection, spec in resources.items()}


def reduced(module):
    one = Reduced()
    for word in WORDS:
        value = getattr(module, word)
        setattr(one, word, names(value) if word.endswith('_MAP') else list(value) if isinstance(value, (list, tuple)) else value)
    return one


def compact(resources):
    """By collection the names of its attributes; of a sub-resource with dots before its parameters'."""
    return {collection: ' '.join([name for name in spec if name != 'parameters' or 'parent' not in spec] +
                                 (['.' + name for name in spec['parameters']] if 'parent' in spec else []))
            for collection, spec in (resources or {}).items()}


def compacted(definition):
    return {word: compact(value) if word.endswith('_MAP') and value is not None else value
            for word, value in vars(definition).items()}


def answers(definition):
    cls = type('Described', (extensions.APIExtensionDescriptor,), {'api_definition': copy.deepcopy(definition)})
    one = cls()
    said = {'get_' + word: getattr(one, 'get_' + word)() for word in (
        'name', 'alias', 'description', 'updated', 'required_extensions', 'optional_extensions', 'resources', 'actions',
        'request_extensions')}
    said['versions'] = {version: compact(one.get_extended_resources(version)) for version in ('1.0', '2.0')}
    one.update_attributes_map({collection: {'other:x': {}} for collection in said['versions']['2.0']})
    said['followed'] = compact(one.get_extended_resources('2.0'))
    return said


def fault(word):
    """What a definition without a word answers to the method that needs it."""
    definition = reduced(importlib.import_module('neutron_lib.api.definitions.provider_net'))
    delattr(definition, word)
    cls = type('Described', (extensions.APIExtensionDescriptor,), {'api_definition': definition})
    method = {'NAME': 'get_name', 'ALIAS': 'get_alias', 'DESCRIPTION': 'get_description', 'UPDATED_TIMESTAMP': 'get_updated',
              'REQUIRED_EXTENSIONS': 'get_required_extensions', 'OPTIONAL_EXTENSIONS': 'get_optional_extensions'}.get(word)
    try:
        cls().get_extended_resources('2.0') if method is None else getattr(cls(), method)()
    except NotImplementedError as error:
        return str(error)
    return None


def main():
    lines = []
    for module in sorted(m.name for m in pkgutil.iter_modules(definitions.__path__)):
        definition = importlib.import_module('neutron_lib.api.definitions.' + module)
        if module.startswith('_') or not all(hasattr(definition, word) for word in WORDS):
            continue
        one = reduced(definition)
        lines.append(json.dumps({'definition': compacted(one), 'answers': answers(one)}, separators=(',', ':')))
    faults = json.dumps({word: fault(word) for word in WORDS})
    print('{"faults": %s,\n"described": [\n%s]}' % (faults, ',\n'.join(lines)))


main()
