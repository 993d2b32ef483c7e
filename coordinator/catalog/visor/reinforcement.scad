// Bottom reinforcement: a curved clip pushed on the film's lower edge.
// Original drawing of the Mailleur project, Apache-2.0. Millimetres.
// Printed as drawn, groove upwards, without supports.

// --- dimensions -----------------------------------------------------------
radius      = 92;    // of the groove; the band's film arc at its middle
angle       = 78;    // arc covered: a chord of 116 mm
wall        = 0.93;  // two lines: 0.5 wide at 0.3 layers (overlap counted)
groove      = 0.6;   // takes films of 0.2 to 0.5 mm
floor_thick = 1.2;
height      = 7.2;    // a multiple of 0.3 and of 0.2

nib_depth   = 0.3;   // bumps that pinch the film
nib_length  = 3;
nib_angles  = [-30, 0, 30];

steps       = 14;    // segments of the arc
cap_steps   = 4;     // segments of each rounded end

// --- solids ---------------------------------------------------------------
function polar(r, t) = [r * sin(t), r * cos(t)];

// The arc between two radii, square ends.
module sector(inner, outer, half) {
    polygon(concat(
        [for (i = [0:steps]) polar(outer, -half + 2 * half * i / steps)],
        [for (i = [steps:-1:0]) polar(inner, -half + 2 * half * i / steps)]));
}

module end_cap(side) {
    translate(polar(radius, side * angle / 2)) circle(wall + groove / 2, $fn = 2 * cap_steps);
}

module outline() {
    sector(radius - groove / 2 - wall, radius + groove / 2 + wall, angle / 2);
    for (side = [-1, 1]) end_cap(side);
}

// A flat bump on the inner face of the outer wall.
module nib(t) {
    rotate(-t) translate([0, radius + groove / 2])
        polygon([[-nib_length / 2, 0.3], [-nib_length / 2, 0], [-nib_length / 4, -nib_depth],
            [nib_length / 4, -nib_depth], [nib_length / 2, 0], [nib_length / 2, 0.3]]);
}

module reinforcement() {
    linear_extrude(floor_thick) outline();
    linear_extrude(height) difference() {
        outline();
        difference() {
            sector(radius - groove / 2, radius + groove / 2, angle / 2 + 4);
            for (t = nib_angles) nib(t);
        }
    }
}

// Centred near the origin so that a plate's layout needs no far move.
translate([0, -radius, 0]) reinforcement();
