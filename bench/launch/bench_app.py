# The app of the Python servers of this bench, loaded by PasteDeploy.
import time

ANSWER = b'{"message":"hello, world"}\n'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))]


def app_factory(global_conf, **settings):
    def app(environ, start_response):
        if environ["PATH_INFO"] == "/block":
            until = time.monotonic() + 0.4
            while time.monotonic() < until:
                pass
        start_response("200 OK", HEADERS)
        return [ANSWER]

    return app
