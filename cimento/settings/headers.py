"""What every answer of every server tells browsers: nothing may embed it, guess at it, or use it to
reach anything else. A page that needs more says so itself."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"  # behind TLS alone
DEADLINE = 10.0  # seconds that a request may take to arrive whole
