"""The website chat: its widget, the sheet's page, and the endpoint they talk to.

`openapi.yml` describes the endpoint; docs/website-chat.md tells how to embed it.
"""
