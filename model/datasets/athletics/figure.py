"""Drawing a clothed, shaded figure from its joints."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.body import Array, Build, Joint
from model.datasets.athletics.canvas import Canvas, Colour, Image, capsule_outline, end_cap
from model.datasets.athletics.light import Light, Outfit, shade

_SUPERSAMPLE = 2
# Radii as fractions of body height: at the upper and lower end of each segment.
_THIGH = (0.050, 0.033)
_SHANK = (0.033, 0.018)
_UPPER_ARM = (0.029, 0.021)
_FOREARM = (0.022, 0.014)
# Of a limb's edge, body tone and band of light: shift to the lit side and width, in radii.
_SHIFTS = np.array([0.0, 0.22, 0.42])
_WIDTHS = np.array([1.0, 0.8, 0.36])


class Painter:
    """Draws one person; `pixels` are screen pixels per metre at the person's depth."""

    def __init__(self, build: Build, outfit: Outfit, light: Light):
        self.build = build
        self.outfit = outfit
        self.light = light
        self._lit = np.array([light.key, -0.55]) / np.hypot(1.0, 0.55)

    def patch(self, joints_J2: Array, depth_J: Array, pixels: float) -> tuple[Image, int, int]:
        """The figure as a premultiplied RGBA patch and the frame position of its corner.

        joints: screen positions in pixels; depth: metres, smaller is nearer.
        """
        margin = 0.16 * self.build.height * pixels
        low = np.floor(joints_J2.min(axis=0) - margin).astype(int)
        high = np.ceil(joints_J2.max(axis=0) + margin).astype(int)
        w, h = (int(v) for v in high - low)
        image = np.zeros((h * _SUPERSAMPLE, w * _SUPERSAMPLE, 4), np.uint8)
        canvas = Canvas(image, (float(low[0]), float(low[1])), _SUPERSAMPLE)
        self._draw(canvas, joints_J2, depth_J, pixels)
        small = cv2.resize(image, (w, h), interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8, copy=False), int(low[0]), int(low[1])

    def _draw(self, canvas: Canvas, joints: Array, depth: Array, pixels: float) -> None:
        unit = self.build.height * pixels
        far, near = ("L", "R") if depth[Joint.SHOULDER_R] <= depth[Joint.SHOULDER_L] else ("R", "L")
        self._arm(canvas, joints, far, unit, 0.74)
        self._leg(canvas, joints, far, unit, 0.76)
        self._torso(canvas, joints, unit)
        self._hips(canvas, joints, unit)
        self._leg(canvas, joints, near, unit, 1.0)
        self._head(canvas, joints, unit)
        self._arm(canvas, joints, near, unit, 1.0)

    def _limb(
        self, canvas: Canvas, a: Array, b: Array, ra: float, rb: float, colour: Colour, gain: float
    ) -> None:
        """A tapered cylinder: dark edge, body tone, and a band of light on the lit side."""
        light, c = self.light, self.light.contrast
        arc = end_cap(a, b)
        outlines = np.empty((3, 14, 2))
        np.multiply(arc, (_WIDTHS * rb)[:, None, None], out=outlines[:, :7])
        np.multiply(arc, (-_WIDTHS * ra)[:, None, None], out=outlines[:, 7:])
        outlines[:, :7] += (b + (_SHIFTS * rb)[:, None] * self._lit)[:, None]
        outlines[:, 7:] += (a + (_SHIFTS * ra)[:, None] * self._lit)[:, None]
        tones = (1 - 1.15 * c, 1.0, 1 + 0.7 * c)
        canvas.convexes(outlines, [light.on(colour, gain * tone) for tone in tones])

    def _leg(self, canvas: Canvas, joints: Array, side: str, unit: float, gain: float) -> None:
        g = self.build.girth
        hip, knee, ankle, toe, heel = (
            joints[Joint[f"{name}_{side}"]] for name in ("HIP", "KNEE", "ANKLE", "TOE", "HEEL")
        )
        outfit = self.outfit
        self._shoe(canvas, ankle, toe, heel, unit, gain)
        r = [v * unit * g for v in (*_SHANK, *_THIGH)]
        self._limb(canvas, knee, ankle, r[0] * 0.92, r[1], outfit.skin, gain)
        calf = knee + 0.30 * (ankle - knee)
        self._limb(canvas, calf, knee + 0.62 * (ankle - knee), r[0] * 1.08, r[1], outfit.skin, gain)
        self._limb(canvas, hip, knee, r[2], r[3], outfit.skin, gain)
        if outfit.legs > 1.0:
            cuff = knee + (outfit.legs - 1.0) * (ankle - knee)
            self._limb(canvas, knee, cuff, r[0] * 1.25, r[1] * 1.7, outfit.bottom, gain)
        reach = min(outfit.legs, 1.0)
        end = r[2] + reach * (r[3] - r[2])
        loose = 1.22 if outfit.legs > 1.0 or outfit.legs < 0.6 else 1.06
        self._limb(
            canvas, hip, hip + reach * (knee - hip), r[2] * 1.1, end * loose, outfit.bottom, gain
        )

    def _shoe(
        self, canvas: Canvas, ankle: Array, toe: Array, heel: Array, unit: float, gain: float
    ) -> None:
        r = 0.016 * unit
        lift = (ankle - 0.5 * (toe + heel)) * 0.28
        points = [heel + lift, toe + 0.4 * lift, ankle]
        hull = cv2.convexHull(
            np.concatenate(
                [
                    capsule_outline(points[0], points[1], r * 1.1, r * 0.8),
                    capsule_outline(points[2], points[0], r * 1.15, r),
                ]
            ).astype(np.float32)
        )[:, 0]
        canvas.convex(hull.astype(float), self.light.on(self.outfit.shoes, gain))
        sole = shade(self.outfit.shoes, 0.55)
        canvas.stroke(np.stack([heel + 0.2 * lift, toe]), r * 0.7, self.light.on(sole, gain))

    def _arm(self, canvas: Canvas, joints: Array, side: str, unit: float, gain: float) -> None:
        g = self.build.girth
        shoulder, elbow, hand = (
            joints[Joint[f"{name}_{side}"]] for name in ("SHOULDER", "ELBOW", "HAND")
        )
        outfit = self.outfit
        r = [v * unit * g for v in (*_UPPER_ARM, *_FOREARM)]
        self._limb(canvas, shoulder, elbow, r[0], r[1], outfit.skin, gain)
        if outfit.sleeves:
            cuff = shoulder + outfit.sleeves * (elbow - shoulder)
            self._limb(canvas, shoulder, cuff, r[0] * 1.25, r[1] * 1.35, outfit.top, gain)
        self._limb(canvas, elbow, hand, r[2], r[3], outfit.skin, gain)
        along = hand - elbow
        tip = hand + 0.10 * along / max(float(np.hypot(along[0], along[1])), 1e-6) * unit * 0.3
        self._limb(canvas, hand, tip, r[3] * 1.15, r[3] * 0.9, outfit.skin, gain)

    def _torso(self, canvas: Canvas, joints: Array, unit: float) -> None:
        g = self.build.girth
        pelvis, neck, head = joints[Joint.PELVIS], joints[Joint.NECK], joints[Joint.HEAD]
        up = neck - pelvis
        chest = pelvis + 0.72 * up
        waist = pelvis + 0.34 * up
        spread = 0.5 * (joints[Joint.SHOULDER_L] - joints[Joint.SHOULDER_R])
        top, skin = self.outfit.top, self.outfit.skin
        self._limb(canvas, neck - 0.06 * up, head, 0.026 * unit * g, 0.024 * unit, skin, 0.88)
        self._slab(canvas, chest, waist, spread * 0.72, 0.064 * unit * g, 0.053 * unit * g, top)
        self._slab(canvas, waist, pelvis, spread * 0.42, 0.053 * unit * g, 0.054 * unit * g, top)
        self._slab(
            canvas, neck - 0.1 * up, chest, spread * 0.85, 0.040 * unit * g, 0.060 * unit * g, top
        )
        if self.outfit.bib:
            trim = self.light.on(self.outfit.trim)
            canvas.capsule(waist, pelvis + 0.44 * up, 0.030 * unit, 0.030 * unit, trim)
            across = np.array([-up[1], up[0]]) * 0.13
            a, b = pelvis + 0.50 * up, pelvis + 0.74 * up
            canvas.convex(
                np.stack([a - across, a + across, b + across, b - across]),
                self.light.on((238.0, 238.0, 232.0)),
            )
            ink = self.light.on((40.0, 40.0, 48.0))
            mid, half = 0.5 * (a + b), across * 0.62
            canvas.stroke(np.stack([mid - half, mid + half]), 0.018 * unit, ink)

    def _slab(
        self,
        canvas: Canvas,
        a: Array,
        b: Array,
        spread: Array,
        ra: float,
        rb: float,
        colour: Colour,
    ) -> None:
        """A part of the torso: two limbs apart by `spread` and what lies between them."""
        for offset, gain in ((spread, 0.82), (-spread, 1.0), (0 * spread, 0.96)):
            self._limb(canvas, a + offset, b + 0.7 * offset, ra, rb, colour, gain)

    def _hips(self, canvas: Canvas, joints: Array, unit: float) -> None:
        g = self.build.girth
        pelvis, neck = joints[Joint.PELVIS], joints[Joint.NECK]
        waist = pelvis + 0.16 * (neck - pelvis)
        self._limb(canvas, waist, pelvis, 0.050 * unit * g, 0.052 * unit * g, self.outfit.bottom, 1)

    def _head(self, canvas: Canvas, joints: Array, unit: float) -> None:
        neck, head = joints[Joint.NECK], joints[Joint.HEAD]
        up = head - neck
        length = max(float(np.hypot(up[0], up[1])), 1e-6)
        up = up / length
        # The face looks where the feet point, seen through the body's yaw.
        front = (
            joints[Joint.TOE_R] - joints[Joint.HEEL_R] + joints[Joint.TOE_L] - joints[Joint.HEEL_L]
        )
        right = np.array([-up[1], up[0]])
        face = right * (1.0 if float(front @ right) >= 0 else -1.0)
        angle = float(np.degrees(np.arctan2(up[1], up[0])))
        r = 0.058 * unit
        light, outfit = self.light, self.outfit
        if outfit.long_hair:
            tail = head - face * r * 1.5 - up * r * 1.3
            self._limb(canvas, head - face * r * 0.6, tail, r * 0.55, r * 0.25, outfit.hair, 1.0)
        crown = outfit.cap or outfit.hair
        canvas.ellipse(
            head + up * r * 0.18 - face * r * 0.12, r * 1.22, r * 1.02, angle, light.on(crown)
        )
        canvas.ellipse(
            head - up * r * 0.12 + face * r * 0.16,
            r * 1.02,
            r * 0.82,
            angle,
            light.on(outfit.skin, 0.9),
        )
        canvas.ellipse(
            head - up * r * 0.16 + face * r * 0.36,
            r * 0.8,
            r * 0.55,
            angle,
            light.on(outfit.skin, 1.08),
        )
        canvas.ellipse(
            head + up * r * 0.75 - face * r * 0.05, r * 0.56, r * 0.98, angle, light.on(crown, 1.1)
        )
        if outfit.cap:
            brim = head + up * r * 0.45
            canvas.stroke(
                np.stack([brim, brim + face * r * 1.6]), r * 0.3, light.on(outfit.cap, 0.8)
            )
