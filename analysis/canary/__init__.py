"""The canary certificate: cues planted into a copy of the user's images, and whether the audit
finds them."""
