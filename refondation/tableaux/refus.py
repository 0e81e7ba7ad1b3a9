"""Why a file cannot be read at all."""


class FichierIllisible(Exception):
    """The file as a whole is at fault; the message is French and says what to do, `ligne` where."""

    def __init__(self, message: str, *, ligne: int | None = None) -> None:
        super().__init__(message)
        self.ligne = ligne
