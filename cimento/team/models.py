"""The tables of those who log in. Neither a password nor a session stands in them in clear."""

import sqlalchemy as sa

from cimento.store.base import Base, UtcDateTime


class TeamAccount(Base):
    """Somebody who logs in by a password kept here."""

    __tablename__ = "team_account"
    login = sa.Column(sa.String(50), primary_key=True)
    name = sa.Column(sa.String(100), nullable=False)  # what alerts and the audit trail show
    role = sa.Column(sa.String(20), nullable=False)  # a Role
    password = sa.Column(sa.String(200), nullable=False)  # argon2id
    failures = sa.Column(sa.Integer, nullable=False, default=0)  # since the last success
    locked_until = sa.Column(UtcDateTime)


class TeamSession(Base):
    """One browser in which somebody is logged in."""

    __tablename__ = "team_session"
    key = sa.Column(sa.String(64), primary_key=True)  # keyed hash of what the cookie holds
    login = sa.Column(sa.String(50), nullable=False, index=True)
    name = sa.Column(sa.String(100), nullable=False)
    role = sa.Column(sa.String(20), nullable=False)
    begun_at = sa.Column(UtcDateTime, nullable=False)
    seen_at = sa.Column(UtcDateTime, nullable=False)
    read_until = sa.Column(sa.Integer, nullable=False, default=0)  # last alert written down as read
