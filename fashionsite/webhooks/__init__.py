"""What happens in the shop, told to programs of the merchant's at addresses of theirs (docs/webhooks.md)."""
