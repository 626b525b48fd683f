"""Records the attribute maps of neutron-lib 3.1: python3 -P test/golden/attribute-maps.py > test/golden/attribute-maps.json

Functions stand by their names, ATTR_NOT_SPECIFIED as "<not specified>". `refused` has the attributes whose default
neutron-lib itself refuses: with the attribute left out, every create is a 400."""
import importlib
import json
import pkgutil

from neutron_lib import constants
from neutron_lib.api import attributes, definitions, validators


def plain(value):
    if value is constants.ATTR_NOT_SPECIFIED:
        return '<not specified>'
    if callable(value):
        return getattr(value, '__name__', '<partial>')
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if hasattr(value, 'keys') or hasattr(value, '__iter__') and not isinstance(value, str):
        return [plain(one) for one in value]
    return value


def refuses_default(attribute):
    if not attribute.get('allow_post') or attribute.get('default', constants.ATTR_NOT_SPECIFIED) is constants.ATTR_NOT_SPECIFIED:
        return False
    try:
        values = {}
        info = attributes.AttributeInfo({'x': attribute})
        info.fill_post_defaults(values)
        info.convert_values(values)
        return False
    except Exception:
        return True


def main():
    maps, refused = {}, []
    for module in sorted(m.name for m in pkgutil.iter_modules(definitions.__path__)):
        definition = importlib.import_module('neutron_lib.api.definitions.' + module)
        for collection, spec in (getattr(definition, 'RESOURCE_ATTRIBUTE_MAP', None) or {}).items():
            if module in ('_dummy', 'base') or not isinstance(spec, dict) or not spec:
                continue
            spec = {name: attribute for name, attribute in spec.items() if isinstance(attribute, dict) and 'parameters' != name}
            # The same map stands in several modules: extensions of one resource.
            place = maps.setdefault(collection, {})
            for name, attribute in spec.items():
                place.setdefault(name, plain(attribute))
                if refuses_default(attribute):
                    refused.append('%s.%s' % (collection, name))
    lines = ',\n'.join('%s: %s' % (json.dumps(c), json.dumps(m, separators=(',', ':'))) for c, m in sorted(maps.items()))
    print('{"refused": %s,\n"maps": {\n%s}}' % (json.dumps(sorted(set(refused))), lines))


main()
