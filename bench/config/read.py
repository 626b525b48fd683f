# The same file and the same 300 options through oslo.config. Prints its times in milliseconds as JSON.
import json
import sys
import time

begin = time.perf_counter()
from oslo_config import cfg  # noqa: E402

imported = time.perf_counter()
file, rounds = sys.argv[1], int(sys.argv[2])
kinds = [
    lambda name, help: cfg.StrOpt(name, help=help),
    lambda name, help: cfg.IntOpt(name, min=0, default=1, help=help),
    lambda name, help: cfg.BoolOpt(name, default=False, help=help),
    lambda name, help: cfg.ListOpt(name, default=[], help=help),
    lambda name, help: cfg.FloatOpt(name, default=0.5, help=help),
]
groups = [
    (None if index == 0 else 'group_%d' % index,
     [kinds[at % len(kinds)]('option_%d' % at, 'Option %d' % at) for at in range(30)])
    for index in range(10)
]


def read():
    conf = cfg.ConfigOpts()
    for group, options in groups:
        conf.register_opts(options, group=group)
    conf(['--config-file', file], prog='bench', default_config_files=[], default_config_dirs=[])
    # Values are converted at access only: a start that validates has to ask for all.
    for group, options in groups:
        place = conf if group is None else conf[group]
        for option in options:
            getattr(place, option.dest)


times = []
for _ in range(rounds):
    start = time.perf_counter()
    read()
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({'load': (imported - begin) * 1000, 'cold': times[0], 'warm': times[1:]}))
