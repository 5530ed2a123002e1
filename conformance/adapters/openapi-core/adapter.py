"""openapi-core (https://github.com/python-openapi/openapi-core) behind the worker protocol of
conformance/schemas/worker-protocol.schema.json.

It is a library without a server: requests reach it through Werkzeug, as WSGI hands them over, and each of its errors is
given the status code that a server gives it. What frameworks do (HEAD, OPTIONS, response fields) is not asked of it.
It reads credentials and checks none, so that the comparison with what a case knows is made here.
"""

import base64
import datetime
import io
import json
import math
import sys
import uuid
from decimal import Decimal
from importlib.metadata import version
from urllib.parse import unquote_to_bytes, urldefrag

import yaml
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.templating.media_types.exceptions import MediaTypeNotFound
from openapi_core.templating.paths.exceptions import OperationNotFound, PathNotFound, ServerNotFound
from openapi_core.templating.security.exceptions import SecurityNotFound
from openapi_spec_validator.shortcuts import get_validator_cls
from werkzeug.wrappers import Request, Response

OFFERS = ["refusal", "operation", "parameters", "body", "response"]
UNDERSTOOD = {"lint", "client_error_status", "credentials", "response_policy"}


class Unsupported(Exception):
    pass


class State:
    def __init__(self):
        self.api = None
        self.document = None
        self.options = {}


def refuse_options(options):
    for name in options:
        if name not in UNDERSTOOD:
            raise Unsupported(f"the option {name}")


def read(text, form):
    return json.loads(text) if form == "json" else yaml.safe_load(text)


def value_of(document):
    if "document" in document:
        return document["document"]
    form = document.get("format") or ("json" if document["uri"].endswith(".json") else "yaml")
    return read(document["text"], form)


def specification(ask):
    """The description and how its references are followed: within the set alone, never over a network."""
    uri = ask.get("retrieval_uri", "")
    known = {}
    if "path" in ask:
        with open(ask["path"], encoding="utf-8") as file:
            value = yaml.safe_load(file)
    elif "documents" in ask:
        known = {document["uri"]: value_of(document) for document in ask["documents"]}
        uri = ask.get("entry") or ask["documents"][0]["uri"]
        value = known[uri]
    elif "document" in ask:
        value = ask["document"]
    else:
        text = ask["text"] if "text" in ask else base64.b64decode(ask["text_base64"]).decode()
        value = read(text, ask.get("format"))

    def follow(target):
        return known[urldefrag(target).url]

    handlers = {scheme: follow for scheme in ("", "http", "https", "file", "urn")}
    return value, SchemaPath.from_dict(value, base_uri=uri, handlers=handlers)


def load(state, ask):
    state.api = None
    state.options = ask.get("options", {})
    refuse_options(state.options)
    try:
        state.document, path = specification(ask)
        get_validator_cls(state.document)(path).validate()
        api = OpenAPI(path, Config(spec_validator_cls=None))
    except Exception as error:  # Whatever it raises, it does not take the description.
        message = (str(error) or type(error).__name__).splitlines()[0]
        finding = {"code": "", "severity": "error", "message": message}
        return {"loaded": {"id": ask["id"], "ok": False, "diagnostics": [finding]}}
    state.api = api
    return {"loaded": {"id": ask["id"], "ok": True, "diagnostics": []}}


def environment(request):
    """The request as a WSGI server hands it over."""
    path, _, query = request["target"].partition("?")
    body = request.get("body", "").encode() if "body" in request else base64.b64decode(request.get("body_base64", ""))
    environ = {
        "REQUEST_METHOD": request["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in request.get("headers", []):
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if "body" in request or "body_base64" in request:
        environ.setdefault("CONTENT_LENGTH", str(len(body)))
    return environ


def causes(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def status_of(error, client_error):
    for one in causes(error):
        if isinstance(one, OperationNotFound):
            return 405
        if isinstance(one, (PathNotFound, ServerNotFound)):
            return 404
        if isinstance(one, MediaTypeNotFound):
            return 415
        if isinstance(one, SecurityNotFound):
            return 401
    return client_error


def plain(value):
    """A value of JSON, from what formats have made of it."""
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, (int, float, bool)):
        return value
    return vars(value) if hasattr(value, "__dict__") else str(value)


def accepted(found, credentials):
    """Whether what the library read is what the case's provider knows."""
    known = {one["scheme"]: one for one in credentials if one.get("provider") is not False}
    for scheme, value in found.items():
        one = known.get(scheme, {})
        if "scopes" in one:
            raise Unsupported("scopes")
        pair = f"{one.get('username')}:{one.get('password')}"
        rights = [one.get("key"), one.get("token"), base64.b64encode(pair.encode()).decode() if "username" in one else None]
        if value is None or value not in [right for right in rights if right is not None]:
            return False
    return True


def operation_at(state, request):
    found = state.api.request_unmarshaller._find_path(request)
    operation = found.operation
    name = operation.get("operationId") if hasattr(operation, "get") else None
    name = name.read_str() if hasattr(name, "read_str") else name
    responses = (operation / "responses").str_keys() if "responses" in operation else []
    codes = [int(code) for code in responses if str(code).isdigit() and 200 <= int(code) < 300]
    if name is None:
        raise Unsupported("the name of an operation without operationId")
    return name, (codes or [200])[0]


def exchange(state, ask):
    if state.api is None:
        raise Unsupported("no description is loaded")
    method = ask["request"]["method"]
    if method in ("HEAD", "OPTIONS"):
        raise Unsupported("HEAD and OPTIONS, which the framework around it answers")
    request = WerkzeugOpenAPIRequest(Request(environment(ask["request"])))
    try:
        result = state.api.unmarshal_request(request)
        errors = list(result.errors)
    except Exception:  # A framework makes a server's own failure of what the library raises beside its errors.
        return {"result": {"id": ask["id"], "status": 500, "operation": None}}
    if errors:
        status = status_of(errors[0], state.options.get("client_error_status", 400))
        return {"result": {"id": ask["id"], "status": status, "operation": None}}
    credentials = ask.get("credentials", state.options.get("credentials", []))
    if result.security and not accepted(result.security, credentials):
        return {"result": {"id": ask["id"], "status": 401, "operation": None}}
    name, status = operation_at(state, request)
    parameters = {where: plain(dict(getattr(result.parameters, where))) for where in ("path", "query", "header", "cookie")}
    answer = {"id": ask["id"], "status": status, "operation": name, "parameters": parameters}
    if request.body:
        answer["body"] = plain(result.body)
    if ask.get("response"):
        answer |= response_verdict(state, request, ask["response"])
        # Its integrations raise for a response that breaks the description, which frameworks make a 500.
        if not answer["response_ok"] and state.options.get("response_policy", "enforce") == "enforce":
            answer["status"] = 500
    return {"result": answer}


def words(error):
    """What it says; some of its errors cannot be written."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__


def response_verdict(state, request, asked):
    body = asked["body"].encode() if "body" in asked else base64.b64decode(asked.get("body_base64", ""))
    headers = [(name, value) for name, value in asked.get("headers", [])]
    response = Response(body, asked["status"], headers)
    if not any(name.lower() == "content-type" for name, _ in headers):
        response.headers.pop("Content-Type", None)
    try:
        errors = list(state.api.iter_response_errors(request, WerkzeugOpenAPIResponse(response)))
    except Exception as error:
        errors = [error]
    texts = [words(error) for error in errors]
    return {"status": asked["status"], "response_ok": not errors, "response_errors": texts}


def answer(state, question):
    ((kind, ask),) = question.items()
    if kind == "hello":
        return {"hello": {"protocol": 1, "name": "openapi-core", "version": version("openapi-core"), "offers": OFFERS}}
    try:
        if kind == "load":
            return load(state, ask)
        if kind == "exchange":
            return exchange(state, ask)
        raise Unsupported(f"the question {kind}")
    except Unsupported as reason:
        return {"unsupported": {"id": ask["id"], "reason": str(reason)}}


def main():
    state = State()
    for line in sys.stdin:
        print(json.dumps(answer(state, json.loads(line))), flush=True)


main()
