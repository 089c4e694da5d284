"""What a video may cost, and which containers are opened at all: stated here and nowhere else."""

from dataclasses import dataclass

GIB = 1024**3

# FFmpeg demuxer names. Never playlists, scripts or image sequences (hls, concat, dash, image2,
# ...): those name other files and hosts.
CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": "MP4/MOV",
    "matroska,webm": "Matroska/WebM",
    "avi": "AVI",
    "gif": "GIF",
    "mpegts": "MPEG-TS",
    "mpeg": "MPEG-PS",
    "flv": "FLV",
    "asf": "WMV/ASF",
    "ogg": "Ogg",
    "m4v": "raw MPEG-4 video",
    "mpegvideo": "raw MPEG video",
    "h264": "raw H.264",
    "hevc": "raw HEVC",
}


@dataclass(frozen=True)
class Limits:
    """Bounds on one input and on the process that decodes it.

    `stall_seconds` is how long a decoder may stay silent before it counts as hung;
    `memory_bytes` bounds its address space, `cpu_seconds` its processor time.
    """

    max_pixels: int = 8192 * 4320
    max_frames: int = 200_000
    max_duration_s: float = 4 * 3600
    max_bytes: int = 8 * GIB
    memory_bytes: int = 3 * GIB
    probe_seconds: float = 20
    stall_seconds: float = 30
    cpu_seconds: int = 4 * 3600
