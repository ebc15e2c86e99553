"""What the abstract tests of OGC API ask with: a client that follows links."""

import pytest


class Follower:
    """Gets what links lead to, wherever the service is reached."""

    def __init__(self, client):
        self.client = client
        self.base = f"http://testserver{client.prefix}"

    def get(self, href, **options):
        """Follow an absolute link of the service, or a path of it."""
        if not href.startswith("/"):
            assert href.startswith(f"{self.base}/"), href
            href = href.removeprefix(self.base)
        return self.client.get(href, **options)

    def json(self, href, **options):
        response = self.get(href, **options)
        assert response.status_code == 200, (href, response.text)
        return response.json()


@pytest.fixture
def follow(client):
    return Follower(client)


def links_of(document, rel, media_type=None):
    """Links of a document with a relation and, where told, a media type."""
    return [
        link
        for link in document["links"]
        if link["rel"] == rel and media_type in (None, link.get("type"))
    ]


@pytest.fixture
def find():
    return links_of


@pytest.fixture(scope="session")
def conforms_to(client):
    return client.get("/api/conformance").json()["conformsTo"]
