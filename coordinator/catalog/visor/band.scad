// Visor band: a forehead arc and a film arc, joined at the temples.
// Original drawing of the Mailleur project, Apache-2.0. Millimetres.
// Worn as printed: z = 0 is the lower edge, y points forward. No supports;
// copies may be stacked in z because every underside rises.

// --- dimensions -----------------------------------------------------------
height          = 13.2;  // a multiple of 0.3 and of 0.2
rise            = 0.95;  // undersides rise so much per millimetre: 46 degrees from the vertical, 53 outside the curl
wall            = 1.8;   // four lines: 0.5 wide at 0.3 layers (overlap counted)

head_half_width = 79;    // centre line of the forehead arc, at the temples
head_front      = 88;    // temples to forehead
head_taper      = 112;   // half axis of the ellipse the side arms follow
arm_length      = 55;    // temples to the ends of the arms

film_half_width = 92;    // centre line of the film arc
film_centre     = 14;    // its widest point lies in front of the temples
film_front      = 100;   // its depth: 26 mm of air before the forehead
join_back       = 28;    // where it meets the arms, behind the temples

// ISO 838 punch: holes of 6 mm, 80 mm apart, 12 mm from the edge.
hole_pitch      = 80;
peg_width       = 4.5;
peg_reach       = 4.2;
peg_root        = 0.3;   // how deep it starts inside the wall
peg_foot        = 0.3;   // where the peg's rising underside starts
peg_seat        = 3.9;   // foot to the notch: the film then ends flush with the band
peg_tip         = 5.7;   // foot to the top of the nib

hook_radius     = 3;     // curl that holds the elastic
hook_tongue     = 3;

head_steps      = 24;    // segments of the forehead arc
film_steps      = 28;    // segments of the film arc
arm_steps       = 4;
join_steps      = 4;
hook_steps      = 5;

// --- curves ---------------------------------------------------------------
function ellipse(cx, cy, a, b, t) = [cx + a * sin(t), cy + b * cos(t)];
function len2(v) = sqrt(v[0] * v[0] + v[1] * v[1]);
function unit(v) = v / len2(v);
function left_of(v) = [-v[1], v[0]];
function last(l) = l[len(l) - 1];
function mirrored(l) = [for (i = [len(l) - 1:-1:0]) [-l[i][0], l[i][1]]];

// Tangent of an open polyline at point i.
function tangent(p, i) =
    i == 0 ? unit(p[1] - p[0]) :
    i == len(p) - 1 ? unit(p[i] - p[i - 1]) :
    unit(unit(p[i] - p[i - 1]) + unit(p[i + 1] - p[i]));

// Length along a polyline up to each of its points.
function stations(p, i = 0, s = 0, acc = []) =
    i == len(p) ? acc :
    let (t = i == 0 ? 0 : s + len2(p[i] - p[i - 1]))
    stations(p, i + 1, t, concat(acc, [t]));

// Right half of the forehead arc, from the middle of the forehead backwards.
arm_angle = asin(arm_length / head_taper);
head_right = concat(
    [for (i = [0:head_steps / 2]) ellipse(0, 0, head_half_width, head_front, 90 * i / (head_steps / 2))],
    [for (i = [1:arm_steps]) ellipse(0, 0, head_half_width, head_taper, 90 + arm_angle * i / arm_steps)]);

// The elastic hook: a curl outwards, then a tongue that points forward.
arm_end = last(head_right);
arm_dir = tangent(head_right, len(head_right) - 1);
arm_out = left_of(arm_dir);
curl = [for (i = [1:hook_steps])
    let (t = 180 * i / hook_steps)
    arm_end + hook_radius * (1 - cos(t)) * arm_out + hook_radius * sin(t) * arm_dir];
tongue = [for (k = [0.5, 1]) last(curl) - k * hook_tongue * arm_dir];
hook = concat([arm_end], curl, tongue);
hook_s = stations(hook);
hook_length = last(hook_s);

// The hook narrows towards its tip, so that the elastic's slit goes over it.
function hook_bottom(s) = rise * s;

right_path = concat(head_right, curl, tongue);
right_z = concat(
    [for (p = head_right) [0, height]],
    [for (i = [1:len(hook) - 1]) [hook_bottom(hook_s[i]), height]]);

head_path = concat(mirrored(right_path), [for (i = [1:len(right_path) - 1]) right_path[i]]);
head_z = concat([for (i = [len(right_z) - 1:-1:0]) right_z[i]], [for (i = [1:len(right_z) - 1]) right_z[i]]);

// Film arc: half an ellipse, then a quarter that bends in to the arm.
join_x = head_half_width * sqrt(1 - pow(join_back / head_taper, 2));
film_right = concat(
    [for (i = [0:film_steps / 2]) ellipse(0, film_centre, film_half_width, film_front, 90 * i / (film_steps / 2))],
    [for (i = [1:join_steps])
        let (t = 90 * i / join_steps)
        [join_x + (film_half_width - join_x) * cos(t), film_centre - (film_centre + join_back) * sin(t)]]);
film_path = concat(mirrored(film_right), [for (i = [1:len(film_right) - 1]) film_right[i]]);

// --- solids ---------------------------------------------------------------
// A wall that follows path p, standing from z[i][0] to z[i][1] at point i.
module ribbon(p, z, w) {
    n = len(p);
    pts = [for (i = [0:n - 1])
        let (m = left_of(tangent(p, i)) * w / 2)
        for (c = [[m, z[i][0]], [-m, z[i][0]], [-m, z[i][1]], [m, z[i][1]]])
            [p[i][0] + c[0][0], p[i][1] + c[0][1], c[1]]];
    sides = [for (i = [0:n - 2]) for (k = [0:3])
        let (a = 4 * i + k, b = 4 * i + (k + 1) % 4)
        each [[a, b, b + 4], [a, b + 4, a + 4]]];
    e = 4 * (n - 1);
    polyhedron(pts, concat(sides, [[2, 1, 0], [3, 2, 0], [e, e + 1, e + 2], [e, e + 2, e + 3]]));
}

// The face that carries the film, from its middle to the right; lengths run along it.
film_mid = len(film_right) - 1;
film_face = [for (i = [0:film_mid]) film_right[i] + left_of(tangent(film_path, film_mid + i)) * wall / 2];
film_s = stations(film_face);

// Point and tangent at length s along the face.
function at(s, i = 1) = film_s[i] >= s || i == film_mid
    ? let (k = (s - film_s[i - 1]) / (film_s[i] - film_s[i - 1]))
      [film_face[i - 1] + k * (film_face[i] - film_face[i - 1]), unit(film_face[i] - film_face[i - 1])]
    : at(s, i + 1);

// A small hook for a punched hole: a rising underside, a nib that points up.
module peg() {
    rotate([90, 0, 0]) linear_extrude(peg_width, center = true)
        polygon([[-peg_root, peg_foot - rise * peg_root],
            [peg_reach, peg_foot + rise * peg_reach], [peg_reach, peg_foot + peg_tip - 0.6],
            [peg_reach - 0.6, peg_foot + peg_tip], [peg_reach - 1.3, peg_foot + peg_tip],
            [peg_reach - 2, peg_foot + peg_seat], [-peg_root, peg_foot + peg_seat]]);
}

module pegs() {
    for (side = [-1, 1]) for (s = [hole_pitch / 2, hole_pitch * 3 / 2]) {
        a = at(s);
        out = left_of(a[1]);
        mirror([side < 0 ? 1 : 0, 0, 0])
            translate([a[0][0], a[0][1], 0]) rotate(atan2(out[1], out[0])) peg();
    }
}

module band() {
    union() {
        ribbon(head_path, head_z, wall);
        ribbon(film_path, [for (p = film_path) [0, height]], wall);
        pegs();
    }
}

band();
