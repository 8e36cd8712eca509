"""A host that fetches and posts as fast as it can, and never gives up on a post: load for the kill tests.

It runs nothing. What it posts can be worked out from the command's name, so a test knows what must be stored.
"""

import json
import sys
import time

import requests
from remotes_v1 import Client, Settings


def main():
    client = Client(Settings(sys.argv[1]))
    while True:
        for item in insist(client, client.commands_list)["results"]:
            number = item["command"]
            # An answer that got lost stays lost: the second get of a delivered run is refused.
            _, command = insist(client, lambda: client.get(number))
            if command is not None:
                text = f"{command['name']}, posted by Python"
                insist(client, lambda: client.post(number, f"  {text}\n", json.dumps([text])))
        time.sleep(0.05)


def insist(client, ask):
    while True:
        try:
            answer = ask()
            if client.status_code < 500 and client.status_code != 429:
                return answer
        except (requests.RequestException, ValueError):
            pass
        time.sleep(0.02)


main()
