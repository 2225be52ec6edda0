"""What the scripts need to know about the running simulator, and how they play the people in it."""

import json
import os
import urllib.request

CONNECTION = json.loads(os.environ["SIM_CONNECTION"])


def person(key):
    return next(person for person in CONNECTION["people"] if person["key"] == key)


def group(key):
    return next(group for group in CONNECTION["groups"] if group["key"] == key)


def control(path, body=None, method=None):
    """Calls the control API and gives its JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    url = CONNECTION["page"].removesuffix("/sim/") + "/sim/" + path
    request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def messages(platform, conversation, viewer=None):
    """The messages of a group or of a person's conversation with the robot, as the client shows them."""
    state = control("state" + (f"?viewer={viewer}" if viewer else ""))
    for known in state["platforms"][platform]["conversations"]:
        if conversation in (known["key"], known["id"]):
            return known["messages"]
    raise AssertionError(f"no conversation {conversation}")


def rings():
    return control("state")["rings"]
