"""`kairoscope evaluate`: how well checkpoints select, and recognise, on clips they never saw."""

from typing import Any

from app.cli.evaluate_athletics import add_athletics
from app.cli.evaluate_attention import add_attention
from app.cli.evaluate_keyframes import add_keyframes
from app.cli.evaluate_moments import add_moments
from app.cli.evaluate_network import add_keyframe_methods, add_streams
from app.cli.evaluate_recognition import add_recognition
from app.cli.evaluate_speed import add_speed
from app.cli.evaluate_vsumm import add_vsumm


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("evaluate", help="measure a model against known answers")
    protocols = parser.add_subparsers(metavar="PROTOCOL", required=True)
    add_athletics(protocols)
    add_attention(protocols)
    add_keyframes(protocols)
    add_keyframe_methods(protocols)
    add_moments(protocols)
    add_recognition(protocols)
    add_speed(protocols)
    add_streams(protocols)
    add_vsumm(protocols)
