# Records what SQLAlchemy makes of database URLs: python3 test/golden/database-url.py > test/golden/database-url.json
import json
import sys

import sqlalchemy
from sqlalchemy.engine import make_url

URLS = [
    'sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'sqlite:///service.db', 'sqlite:///a/b.db',
    'sqlite:////var/lib/service.db', 'sqlite:////var/lib/with space.db', 'sqlite:////var/lib/a%20b.db',
    'sqlite+pysqlite:///x.db?timeout=3', 'sqlite:////x.db?mode=ro&uri=true',
    'postgresql://host/name', 'postgresql://host:5433/name', 'postgresql://user@host/name',
    'postgresql://user:password@host/name', 'postgresql+psycopg2://u:p@h/n', 'postgresql+asyncpg://u:p@h/n',
    'postgresql://u:p%40ss%3Aw%2Frd@h/n', 'postgresql://u:p/w:x@h/n', 'postgresql://u:%@h/n', 'postgresql://u:a%zzb@h/n',
    'postgresql://u%40corp:p@h/n', 'postgresql://u:@h/n', 'postgresql://:p@h/n', 'postgresql://u:p+w@h/n',
    'postgresql://u:p@[::1]/n', 'postgresql://u:p@[2001:db8::2]:5433/n', 'postgresql:///n', 'postgresql://',
    'postgresql://h', 'postgresql://h/', 'postgresql://u:p@/n?host=/var/run/postgresql',
    'postgresql://u:p@h/n?sslmode=require', 'postgresql://u:p@h/n?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgresql://h/n%20x', 'postgresql://h/n?application_name=a%20b+c', 'postgresql://h/n?a=1&a=2', 'postgresql://h/n?empty=',
    'postgresql://h:/n', 'postgresql://h:port/n', 'postgresql://h:-1/n',
    'mysql://u:p@h/n', 'mysql+pymysql://u:p@h/n?charset=utf8', 'mysql+mysqldb://u:p@h:3307/n',
    'mysql+pymysql://u:p@localhost/n?unix_socket=/run/mysqld/mysqld.sock', 'mariadb://u:p@h/n', 'mariadb+pymysql://u:p@h/n',
    'mysql://u:p@h/n?ssl_ca=/a.pem&ssl_verify_identity=true', 'mysql://h.example.org/n', 'mysql://u:\u00e4\u00f6@h/n',
    'mysql://u:%C3%A4@h/n', '', 'service.db', '/var/lib/service.db', 'sqlite:/x.db', 'post gresql://h/n', '://h/n',
]


def told(text):
    try:
        url = make_url(text)
    except Exception as error:
        return {'error': type(error).__name__}
    query = {key: value if isinstance(value, str) else list(value)[-1] for key, value in url.query.items()}
    return {'name': url.drivername, 'user': url.username, 'password': url.password, 'host': url.host, 'port': url.port,
            'database': url.database, 'query': query}


records = [{'url': url, 'is': told(url)} for url in URLS]
json.dump({'sqlalchemy': sqlalchemy.__version__, 'urls': records}, sys.stdout, indent=0)
sys.stdout.write('\n')
