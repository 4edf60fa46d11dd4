"""The door: the HTTP application, with authentication, routes and pages. It holds no rule about programs."""
