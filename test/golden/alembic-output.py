# Records what alembic prints about revisions: `python3 test/golden/alembic-output.py` writes alembic-output.json beside
# it. Needs alembic and SQLAlchemy; the tests read the recorded answers alone.
import io
import json
import os
import tempfile

import alembic
from alembic import command
from alembic.config import Config

GRAPHS = {
    "line": [
        ("a1a1", None, [], [], "create documents"),
        ("b2b2", "a1a1", [], [], "add size"),
        ("c3c3", "b2b2", [], [], "index owner"),
    ],
    "branches": [
        ("a1a1", None, [], [], "create documents"),
        ("b2b2", "a1a1", ["expand"], [], "add size"),
        ("c3c3", "a1a1", ["contract"], [], "drop length"),
        ("d4d4", "b2b2", [], [], "add owner"),
        ("e5e5", "c3c3", [], ["d4d4"], "drop user"),
        ("f6f6", None, ["audit"], [], "create audit log"),
    ],
    "merge": [
        ("a1a1", None, [], [], "create documents"),
        ("b2b2", "a1a1", [], [], "add size"),
        ("c3c3", "a1a1", [], [], "add owner"),
        ("d4d4", ["b2b2", "c3c3"], [], [], "back together"),
        ("e5e5", "d4d4", [], [], "add colour"),
    ],
    "dependency": [
        ("a1a1", None, ["main"], [], "create documents"),
        ("b2b2", "a1a1", [], [], "add size"),
        ("f6f6", None, ["audit"], ["b2b2"], "create audit log"),
    ],
}

CURRENT = {"line": "b2b2", "branches": "expand@head", "merge": "d4d4", "dependency": "audit@head"}

CALLS = {
    "history": lambda c: command.history(c),
    "history -i": lambda c: command.history(c, indicate_current=True),
    "history --verbose": lambda c: command.history(c, verbose=True),
    "history -r b2b2:": lambda c: command.history(c, rev_range="b2b2:"),
    "history -r :current": lambda c: command.history(c, rev_range=":current"),
    "heads": lambda c: command.heads(c),
    "heads --verbose": lambda c: command.heads(c, verbose=True),
    "branches": lambda c: command.branches(c),
    "branches --verbose": lambda c: command.branches(c, verbose=True),
    "current": lambda c: command.current(c),
    "show a1a1": lambda c: command.show(c, "a1a1"),
    "show heads": lambda c: command.show(c, "heads"),
}

FILE = '''"""%(message)s"""
revision = %(id)r
down_revision = %(down)r
branch_labels = %(labels)r
depends_on = %(depends)r

def upgrade(): pass
def downgrade(): pass
'''

ENV = '''
from alembic import context
from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
'''


def record(name, revisions):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "versions"))
        open(os.path.join(folder, "env.py"), "w").write(ENV)
        for id, down, labels, depends, message in revisions:
            text = FILE % {"id": id, "down": down, "labels": labels or None, "depends": depends or None, "message": message}
            open(os.path.join(folder, "versions", id + ".py"), "w").write(text)
        config = Config(stdout=io.StringIO())
        config.set_main_option("script_location", folder)
        config.set_main_option("sqlalchemy.url", "sqlite:///%s/test.db" % folder)
        command.upgrade(config, CURRENT[name])
        outputs = {}
        for words, call in CALLS.items():
            config.stdout = io.StringIO()
            try:
                call(config)
                outputs[words] = config.stdout.getvalue().replace(folder + "/versions/", "").replace(".py", ".js")
            except Exception as error:
                outputs[words] = {"error": str(error).replace(folder, "")}
        keys = ("id", "down", "labels", "depends", "message")
        return {"name": name, "current": CURRENT[name], "revisions": [dict(zip(keys, one)) for one in revisions], "outputs": outputs}


recorded = {"alembic": alembic.__version__, "graphs": [record(*item) for item in GRAPHS.items()]}
with open(os.path.splitext(os.path.abspath(__file__))[0] + ".json", "w") as out:
    json.dump(recorded, out, indent=1)
    out.write("\n")
