#!/usr/bin/env python3
"""Records what alembic answers: test/golden/alembic.py > test/golden/alembic.json

Graphs, where a database is, targets -> the steps with the rows after each, or the error. Needs python3-alembic;
the suite reads only the recorded file.
"""
import itertools
import json
import os
import random
import sys
import tempfile
import types
import warnings
from contextlib import redirect_stdout
from io import StringIO

if os.environ.get("PYTHONHASHSEED") != "0":
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})

# This file has the name of the package.
sys.path.pop(0)
import alembic  # noqa: E402
from alembic import command, util  # noqa: E402
from alembic.config import Config  # noqa: E402
from alembic.runtime.migration import HeadMaintainer  # noqa: E402
from alembic.script import Script, ScriptDirectory  # noqa: E402
from alembic.script.revision import RevisionMap  # noqa: E402

warnings.simplefilter("ignore")

# Otherwise the order of revisions that do not depend on each other is that of the disk.
listed = os.listdir
os.listdir = lambda path=".": sorted(listed(path))


def rev(id_, down=None, labels=None, depends=None):
    return {"id": id_, "down": down, "labels": labels, "depends": depends}


GRAPHS = {
    "line": [rev("aaaa1"), rev("bbbb2", "aaaa1"), rev("cccc3", "bbbb2"), rev("cccd4", "cccc3"), rev("eeee5", "cccd4")],
    "diamond": [
        rev("aaaa1"),
        rev("bbbb2", "aaaa1"),
        rev("left1", "bbbb2", "west"),
        rev("left2", "left1"),
        rev("right1", "bbbb2", "east"),
        rev("right2", "right1"),
        rev("merge1", ["left2", "right2"]),
        rev("after1", "merge1"),
    ],
    "fork": [
        rev("aaaa1"),
        rev("bbbb2", "aaaa1"),
        rev("left1", "bbbb2", "west"),
        rev("left2", "left1"),
        rev("left3", "left2"),
        rev("right1", "bbbb2", "east"),
        rev("right2", "right1"),
    ],
    "bases": [
        rev("shop1", None, "shop"),
        rev("shop2", "shop1"),
        rev("shop3", "shop2"),
        rev("stock1", None, "stock"),
        rev("stock2", "stock1", None, "shop2"),
        rev("stock3", "stock2"),
        rev("mail1", None, ["mail", "post"], "stock3"),
        rev("mail2", "mail1"),
    ],
    "contract": [
        rev("root1", None, "all"),
        rev("expand1", "root1", "expand"),
        rev("contract1", "root1", "contract", "expand1"),
        rev("expand2", "expand1"),
        rev("contract2", "contract1", None, "expand2"),
        rev("expand3", "expand2"),
        rev("contract3", "contract2", None, "expand3"),
    ],
    "empty": [],
}


def random_graph(seed, size):
    pick = random.Random(seed)
    graph = []
    heads = []
    ancestors = {}
    for number in range(size):
        id_ = f"r{number:03d}{pick.randrange(16**4):04x}"
        choice = pick.random()
        below = []
        if heads and choice < 0.12 and len(heads) > 1:
            below = pick.sample(heads, 2)
        elif heads and choice < 0.8:
            below = [pick.choice(heads)]
        elif graph and choice < 0.95:
            below = [pick.choice(graph)["id"]]
        depends = None
        own = set(itertools.chain(below, *(ancestors[one] for one in below)))
        others = [one["id"] for one in graph if one["id"] not in own]
        if others and pick.random() < 0.15:
            depends = pick.choice(others)
            own |= {depends} | ancestors[depends]
        ancestors[id_] = own
        labels = f"label{number}" if not below or pick.random() < 0.06 else None
        graph.append(rev(id_, below[0] if len(below) == 1 else below or None, labels, depends))
        heads = [one for one in heads if one not in below] + [id_]
    return graph


for SEED in range(int(os.environ.get("GRAPHS", "3"))):
    GRAPHS[f"random {SEED}"] = random_graph(SEED, int(os.environ.get("SIZE", "12")))

BROKEN = {
    "cycle": [rev("aaaa1", "cccc3"), rev("bbbb2", "aaaa1"), rev("cccc3", "bbbb2")],
    "cycle above a base": [rev("base1"), rev("aaaa1", ["base1", "bbbb2"]), rev("bbbb2", "aaaa1"), rev("top1", "base1")],
    "self": [rev("aaaa1", "aaaa1")],
    "dependency cycle": [rev("aaaa1", None, None, "bbbb2"), rev("bbbb2", None, None, "aaaa1")],
    "dependency on itself": [rev("aaaa1", None, None, "aaaa1")],
    "missing": [rev("aaaa1", "nope")],
    "label twice": [rev("aaaa1", None, "shop"), rev("bbbb2", None, "shop")],
}


def migrate():
    pass


def tupled(value):
    return tuple(value) if isinstance(value, list) else value


def script_of(one):
    module = types.ModuleType(one["id"])
    module.upgrade = module.downgrade = migrate
    module.revision = one["id"]
    module.down_revision = tupled(one["down"])
    module.branch_labels = tupled(one["labels"])
    module.depends_on = tupled(one["depends"])
    return Script(module, one["id"], f"{one['id']}.py")


FOLDER = tempfile.mkdtemp()


def directory(graph):
    directory = ScriptDirectory(FOLDER)
    directory.revision_map = RevisionMap(lambda: [script_of(one) for one in graph])
    return directory


class Rows(HeadMaintainer):
    """The version table, in memory."""

    def __init__(self, rows):
        self.heads = set(rows)

    def _insert_version(self, version):
        assert version not in self.heads
        self.heads.add(version)

    def _delete_version(self, version):
        self.heads.remove(version)

    def _update_version(self, from_, to_):
        assert to_ not in self.heads
        self.heads.remove(from_)
        self.heads.add(to_)


# Many answers are alike: each stands once, and is meant by its number.
ANSWERS = {}


def answer(ask):
    return ANSWERS.setdefault(json.dumps(ask_for(ask), separators=(",", ":")), len(ANSWERS))


def ask_for(ask):
    try:
        return ask()
    except util.CommandError as error:
        return {"error": str(error)}
    except Exception as error:
        return {"crash": type(error).__name__}


def run(steps, rows):
    table = Rows(rows)
    out = []
    for step in steps:
        table.update_to_step(step)
        name = step.revision.revision if hasattr(step, "revision") else None
        rows = " ".join(sorted(table.heads))
        out.append(f"{name}: {rows}" if name else rows)
    return out


def targets(graph, rows):
    ids = [one["id"] for one in graph]
    some = ids if len(ids) <= 8 else ids[3::5]
    labels = sorted({label for one in graph for label in (tupled(one["labels"]) and ([one["labels"]] if isinstance(one["labels"], str) else one["labels"]) or [])})[:3]
    yield from ["head", "heads", "base", "nope", "+1", "+2", "-1", "-2", "+9", "-99", "+0", *some]
    yield from ["cccc", "ccc", "aaa", "le", "left", "righ", "shop", "sto", "r0"]
    for id_ in some[1:3]:
        yield from [f"{id_}+1", f"{id_}-1", f"{id_}-2", f"{id_}+9"]
    for label in labels:
        yield from [f"{label}@head", f"{label}@heads", f"{label}@base", f"{label}@+1", f"{label}@-1", f"{label}@+2"]
        for id_ in some[1:5:2]:
            yield f"{label}@{id_}"
    yield "nope@head"


def places(graph, scripts):
    """Row sets that upgrades lead to."""
    found = [()]
    ids = [one["id"] for one in graph]
    for target in ["heads", *(ids if len(ids) <= 8 else ids[4::7])]:
        for rows in list(found)[:3]:
            try:
                steps = scripts._upgrade_revs(target, rows)
            except util.CommandError:
                continue
            after = tuple(run(steps, rows)[-1].split(": ")[1].split(" ")) if steps else rows
            if after not in found:
                found.append(after)
    return found[:4]


def record_graph(graph):
    scripts = directory(graph)
    map_ = scripts.revision_map
    found = {
        "revisions": graph,
        "heads": sorted(map_.heads),
        "realHeads": sorted(map_._real_heads),
        "bases": sorted(map_.bases),
        "labels": {one["id"]: sorted(map_.get_revision(one["id"]).branch_labels) for one in graph if map_.get_revision(one["id"]).branch_labels},
        "branchPoints": sorted(one["id"] for one in graph if map_.get_revision(one["id"]).is_branch_point),
        "history": [one.revision for one in scripts.walk_revisions()],
        "show": {},
        "ranges": {},
        "runs": [],
    }
    for target in targets(graph, ()):
        found["show"][target] = answer(lambda: sorted(one.revision if one else "base" for one in scripts.get_revisions(target)))
    ids = [one["id"] for one in graph]
    for base, head in [("", "head"), *itertools.islice(itertools.combinations([*ids, "base", "heads"], 2), 0, None, max(1, len(ids)))]:
        found["ranges"][f"{base}:{head}"] = answer(lambda: [one.revision for one in scripts.walk_revisions(base or "base", head or "heads")])
    for rows in places(graph, scripts):
        entry = {"rows": list(rows), "current": sorted(one.revision for one in scripts.get_all_current(rows)), "upgrade": {}, "downgrade": {}, "stamp": {}}
        for target in targets(graph, rows):
            entry["upgrade"][target] = answer(lambda: run(scripts._upgrade_revs(target, rows), rows))
            entry["downgrade"][target] = answer(lambda: run(scripts._downgrade_revs(target, rows), rows))
            entry["stamp"][target] = answer(lambda: (run(scripts._stamp_revs((target,), rows), rows) or [" ".join(sorted(rows))])[-1])
        found["runs"].append(entry)
    unknown = ("ffff9",)
    found["unknown"] = {
        "upgrade": answer(lambda: run(scripts._upgrade_revs("heads", unknown), unknown)),
        "downgrade": answer(lambda: run(scripts._downgrade_revs("base", unknown), unknown)),
        "stamp": answer(lambda: run(scripts._stamp_revs(("heads",), unknown), unknown)),
    }
    return found


ENV = """
from alembic import context
context.configure(dialect_name=context.config.get_main_option("dialect"), literal_binds=True, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
"""

FILE = """
from alembic import op
revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade():
    op.execute("CREATE TABLE t_{id} (id INTEGER)")


def downgrade():
    op.execute("DROP TABLE t_{id}")
"""


def record_scripts(graph):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/versions")
        with open(f"{folder}/env.py", "w") as file:
            file.write(ENV)
        for one in graph:
            with open(f"{folder}/versions/{one['id']}.py", "w") as file:
                file.write(FILE.format(**{key: tupled(value) for key, value in one.items()}))
        for dialect in ["sqlite", "postgresql", "mysql"]:
            for verb, target in [
                ("upgrade", "heads"),
                ("upgrade", "left1:merge1"),
                ("downgrade", "after1:base"),
                ("downgrade", "merge1:bbbb2"),
                ("stamp", "left2"),
                ("stamp", "bbbb2:right2"),
                ("downgrade", "base"),
                ("upgrade", "nope:heads"),
            ]:
                out = StringIO()
                config = Config(output_buffer=out, stdout=out)
                config.set_main_option("script_location", folder)
                config.set_main_option("dialect", dialect)
                error = ask_for(lambda: getattr(command, verb)(config, target, sql=True))
                found.append({"dialect": dialect, "verb": verb, "target": target, **(error or {"sql": out.getvalue()})})
    return found


def broken(graph):
    try:
        directory(graph).revision_map.heads
    except Exception as error:
        return {"revisions": graph, "error": str(error)}


result = {
    "alembic": alembic.__version__,
    "graphs": {name: record_graph(graph) for name, graph in GRAPHS.items()},
    "broken": {name: broken(graph) for name, graph in BROKEN.items()},
    "scripts": record_scripts(GRAPHS["diamond"]),
}
result["answers"] = [json.loads(one) for one in ANSWERS]

# A line for each graph and each place of the database.
text = json.dumps(result, separators=(",", ":"))
sys.stdout.write(text.replace('{"rows":', '\n{"rows":').replace('{"revisions":', '\n{"revisions":') + "\n")
