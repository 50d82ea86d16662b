"""Answers as the page on the protocol prints them: ids and links are made up, fields and codes are not."""

import json
from typing import Any

from tripo_blender.core.sentences.text import Text, text
from tripo_blender.core.services.base import HttpAnswer
from tripo_blender.core.services.modelstream import ModelStream

SERVICE = ModelStream()

TASK = "11111111-2222-4333-8444-555555555555"
GLB_URL = "https://files.example.test/tripo_pbr_model_1111.glb?sig=x"
FBX_URL = "https://files.example.test/tripo_pbr_model_1111.fbx?sig=x"
PREVIEW_URL = "https://files.example.test/rendered.webp?sig=x"
TRACE = "99999999-aaaa-4bbb-8ccc-dddddddddddd"

HTML = "<html><head><title>Bad gateway</title></head><body><h1>Bad   gateway</h1></body></html>"
TRIPO_HEADERS = {"x-tripo-trace-id": TRACE}

# What Tripo itself says, by its codes: HTTP status, message (the codes are what counts) and suggestion.
NATIVE: dict[int, tuple[int, str, str]] = {
    1002: (401, "Authentication failed", "check the key"),
    1003: (400, "The body is malformed", ""),
    1004: (400, "parameter invalid", "see the documentation"),
    1005: (403, "Access is not allowed", ""),
    1007: (429, "Rate limit exceeded", "wait and try again"),
    2000: (
        429,
        "You have exceeded the limit of generation",
        "Try again later. You can also check `Retry-After` header.",
    ),
    2001: (404, "The task is not found", "check key and id"),
    2002: (400, "The task type is unsupported", ""),
    2003: (400, "The image file is empty", ""),
    2004: (400, "The image type is unsupported", ""),
    2005: (400, "The draft task is not a success", ""),
    2006: (400, "The type of the original task is unsupported", ""),
    2007: (400, "The original task is not a success", ""),
    2008: (400, "content policy", "modify the input"),
    2009: (400, "The prompt has invalid characters", ""),
    2010: (403, "You don't have enough credit to create this task", "Please purchase more credit"),
    2013: (403, "The priority is invalid", ""),
    2014: (400, "The moderation service has an error", ""),
    2015: (400, "The model version is deprecated", ""),
    2016: (400, "The task type is deprecated", ""),
    2017: (400, "The model version is invalid", ""),
    2018: (400, "The model is too complex", ""),
    2019: (404, "The uploaded file is not found", ""),
    2022: (400, "The image is larger than 20 MB", ""),
}


def english(told: Text | None) -> str:
    """The words of a text; empty where there is none."""
    return told.english() if told is not None else ""


def written(words: str) -> Text:
    """A text of these words, as those of older records."""
    return text("as_written", text=words)


def answer(status: int, body: Any = b"", **headers: str) -> HttpAnswer:
    """An answer: bytes and text go as they are, all else as JSON; underscores in names of headers are hyphens."""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def native(code: int, status: int = 0, **headers: str) -> HttpAnswer:
    """One of Tripo's own refusals."""
    usual, message, suggestion = NATIVE[code]
    return answer(
        status or usual,
        {"code": code, "message": message, "suggestion": suggestion},
        x_tripo_trace_id=TRACE,
        **headers,
    )


def gateway(status: int, code: Any, message: str, **fields: Any) -> HttpAnswer:
    """A refusal in the form of the software that ModelStream resembles."""
    return answer(status, {"error": {"message": message, "type": "new_api_error", "code": code, **fields}})


def flat(status: int, code: str, message: str) -> HttpAnswer:
    """A refusal of that software's tasks."""
    return answer(status, {"code": code, "message": message, "data": None})


def task(status: str = "running", **fields: Any) -> dict[str, Any]:
    """The answer to a poll; fields that are None are left out."""
    usual = {
        "task_id": TASK,
        "type": "image_to_model",
        "status": status,
        "input": {},
        "output": {},
        "progress": 0,
        "create_time": 1_790_000_000,
        "queuing_num": -1,
        "running_left_time": -1,
    }
    return {"code": 0, "data": {name: value for name, value in (usual | fields).items() if value is not None}}


def escaped(value: Any) -> str:
    """JSON inside a JSON text, as one gateway gives it."""
    return json.dumps(json.dumps(value))


DOCUMENTED_400 = answer(
    400,
    {
        "error": {
            "message": "file is required for image_to_model",
            "type": "invalid_request_error",
            "param": "file",
            "code": "invalid_request",
        }
    },
)
INVALID_TOKEN = gateway(401, "", "Invalid token (request id: 20261122-1)")
NO_QUOTA = gateway(403, "insufficient_user_quota", "quota is not enough (request id: 20261122-2)", param="")
RATE_LIMIT = gateway(429, "rate_limit_exceeded", "rate limit")
NO_CHANNEL = gateway(503, "model_not_found", "No available channel for model image_to_model")
TASK_NOT_EXIST = flat(400, "task_not_exist", "task_not_exist")
NESTED_2010 = flat(403, "fail_to_fetch_task", json.dumps({"code": 2010, "message": "no credit", "suggestion": "buy"}))
V3_UNAUTHORIZED = answer(
    401, {"code": 2, "status": "error", "message": "unauthorized", "suggestion": "", "request_id": "request-7"}
)
