"""The API's reference: one page, and the OpenAPI document it is made from."""
