"""The door on the network: parses a request, asks a model or a gallery, and shows the result's own JSON.

    app.py         create_app: models, gallery, limits -> FastAPI
    run.py         `lenslet serve`: the app on an address, until it is told to stop
    gate.py        who may come in: names of this host, the token, no pages of others
    bodies.py      how much may come in, and how slowly
    fields.py      the signature of a verb -> the fields of a form
    shelf.py       models by name; one that changes on the disk is opened anew, or refused
    batches.py     pictures that wait together go through the net together; a full queue says so
    watching.py    slow work, with its progress; it ends when whoever asked for it is gone
    problems.py    errors -> one sentence and a status, and nothing of this machine

Nothing here is imported until a server is asked for.
"""
