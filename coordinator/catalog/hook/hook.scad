// Hands-free hook: a finger ring, a crook for door levers, a nose for buttons.
// Original drawing of the Mailleur project, Apache-2.0. Millimetres.
// Printed flat, without supports.

// --- dimensions -----------------------------------------------------------
thick       = 5.4;   // a multiple of 0.3 and of 0.2
width       = 6.4;   // of the ring, the stem and the crook
finger      = 25;    // hole of the ring
stem        = 30;    // straight part between the ring and the crook
jaw         = 23;    // opening of the crook: most door levers are 18 to 22 thick
sweep       = 205;   // how far the crook turns back
nose_length = 7;     // beyond the crook, in line with a push
nose_width  = 6;
gusset      = 4;     // widening where the stem meets the ring and the nose meets the crook
ease        = 0.4;   // step at the upper and lower edges, kinder to the hand
ease_height = 0.6;

ring_steps  = 26;    // segments of the ring
crook_steps = 12;    // segments of the crook
round_steps = 8;     // segments of each full round end

// --- solids ---------------------------------------------------------------
ring_r  = finger / 2 + width;
crook_r = jaw / 2 + width / 2;                 // centre line
crook_c = [ring_r + stem, crook_r];            // its centre

function on_crook(r, t) = crook_c + r * [sin(t), -cos(t)];

module ring() { circle(ring_r, $fn = ring_steps); }

module bar() {
    translate([ring_r - width, -width / 2]) square([stem + width, width]);
    polygon([[ring_r - gusset, -width / 2 - gusset], [ring_r + 1.5 * gusset, -width / 2],
        [ring_r + 1.5 * gusset, width / 2], [ring_r - gusset, width / 2 + gusset]]);
}

module crook() {
    polygon(concat(
        [for (i = [0:crook_steps]) on_crook(jaw / 2 + width, sweep * i / crook_steps)],
        [for (i = [crook_steps:-1:0]) on_crook(jaw / 2, sweep * i / crook_steps)]));
    translate(on_crook(crook_r, sweep)) rotate(sweep - 90) circle(width / 2, $fn = round_steps);
}

module nose() {
    tip = on_crook(jaw / 2 + width + nose_length - nose_width / 2, 90);
    translate(tip) circle(nose_width / 2, $fn = round_steps);
    foot = tip[0] - nose_length;
    polygon([[foot, tip[1] - nose_width / 2 - gusset], [tip[0], tip[1] - nose_width / 2],
        [tip[0], tip[1] + nose_width / 2], [foot, tip[1] + nose_width / 2 + gusset]]);
}

module outline() {
    difference() {
        union() {
            ring();
            bar();
            crook();
            nose();
        }
        circle(finger / 2, $fn = ring_steps);
    }
}

module hook() {
    linear_extrude(thick) offset(delta = -ease) outline();
    translate([0, 0, ease_height]) linear_extrude(thick - 2 * ease_height) outline();
}

// Centred near the origin so that a plate's layout needs no far move.
translate([-stem, -crook_r, 0]) hook();
