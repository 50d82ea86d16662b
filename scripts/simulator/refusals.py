"""The service's refusals, in its own words and in a gateway's."""

import json
import time
from typing import Any

from simulator.exchange import Answer, json_answer

# Code: HTTP status and message. The numbers are the service's published ones; the sentences are not.
CODES: dict[int, tuple[int, str]] = {
    1002: (401, "Authentication failed"),
    1003: (400, "The request body is malformed"),
    1004: (400, "One of your parameters is invalid"),
    2000: (429, "You have exceeded the limit of generation"),
    2001: (404, "The task is not found"),
    2002: (400, "The task type is unsupported"),
    2003: (400, "The image file is empty"),
    2004: (400, "The image type is unsupported"),
    2005: (400, "The draft task is not a success"),
    2006: (400, "The original task's type is not usable here"),
    2007: (400, "The original task is not a success"),
    2008: (400, "The input violates the content policy"),
    2009: (400, "The prompt has invalid characters"),
    2015: (400, "The model version is deprecated"),
    2017: (400, "The model version is invalid"),
    2019: (404, "The uploaded file is not found"),
    2022: (400, "The image is larger than 20 MB"),
}
_FROM_THE_GATEWAY = 2000  # codes from here on come from the service behind it


class Refusal(Exception):
    """A request the service turns down."""

    def __init__(self, code: int, detail: str = "", parameter: str = "", retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.parameter = parameter
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        text = CODES[self.code][1]
        return f"{text}: {self.detail}" if self.detail else text

    def answer(self, form: str) -> Answer:
        """As the service says it itself ("native"), or as a gateway in front of it does ("gateway")."""
        status = CODES[self.code][0]
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        own = {"code": self.code, "message": self.message, "suggestion": "Check the documentation"}
        if form == "native":
            return json_answer(status, own, headers)
        if self.code == 2001 and not self.parameter:  # polled, and not named by a create
            # Gateways of this family answer 400, not 404, and a code that is a word.
            return json_answer(400, _flat("task_not_exist", "task_not_exist"))
        if status in (401, 429):
            stamp = time.strftime("%Y%m%d%H%M%S")
            word = "rate_limit_exceeded" if status == 429 else ""
            return json_answer(
                status,
                {"error": {"message": f"{self.message} (request id: {stamp})", "type": "new_api_error", "code": word}},
                headers,
            )
        if self.code < _FROM_THE_GATEWAY:
            error = {
                "message": self.message,
                "type": "invalid_request_error",
                "param": self.parameter,
                "code": "invalid_request",
            }
            return json_answer(status, {"error": error})
        return json_answer(status, _flat("fail_to_fetch_task", json.dumps(own)))


def _flat(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}
