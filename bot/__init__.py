"""The road in and the road out: platforms, server, worker, delivery, and the leaves everybody may use."""
