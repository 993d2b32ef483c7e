package ui

// The names of form fields, as handlers read them.
const (
	FieldKey  = "key"  // Form.Key, hidden, in every form that creates something
	FieldStep = "step" // the step of a form in steps that is being sent
	FieldGo   = "go"   // the button pressed: the step to show next, or GoSend

	FieldQuantity = "qty_"    // followed by the product code: qty_visor
	FieldSupply   = "supply_" // followed by the product code: materials that the place adds, several
	FieldFacility = "facility"
	FieldKind     = "kind" // one of fab.FacilityKinds
	FieldAddress  = "address"
	FieldPostcode = "postcode"
	FieldTown     = "town"
	FieldAccess   = "access"
	FieldContact  = "contact"
	FieldPhone    = "phone"
	FieldEmail    = "email"
	FieldNeedBy   = "need_by" // 2026-11-26; also accept 26/11/2026
	FieldNote     = "note"
	FieldChannel  = "channel" // fab.ChannelPhone on the coordinator's form

	FieldLogin    = "login"
	FieldPassword = "password"
	FieldName     = "name"

	FieldMaterial = "material" // code of a material
	FieldCount    = "count"    // pieces, sheets, metres; grams where the unit is a mass
	FieldDonor    = "donor"
	FieldConsent  = "consent" // "yes": the donor may be named

	FieldCodes    = "codes" // labels of bags, several
	FieldGood     = "good"  // pieces counted good
	FieldBad      = "bad"
	FieldMade     = "made" // pieces made of what is given back
	FieldSpoilt   = "spoilt"
	FieldBackOf   = "back-"  // with the item: how much of what was handed out came back
	FieldWorks    = "works"  // codes of the steps that people do for a batch
	FieldReason   = "reason" // why, one of the codes of the page
	FieldReceiver = "receiver"
	FieldReserve  = "reservations"
	FieldHereTill = "until" // "15:04": the maker is beside the printer until then

	FieldLot      = "lot" // several on a run
	FieldKit      = "kit" // "yes": pack what was counted at once
	FieldRequest  = "request"
	FieldProduct  = "product"
	FieldBox      = "box"  // several
	FieldStop     = "stop" // several: what a run passes by
	FieldDriver   = "driver"
	FieldDay      = "day"
	FieldLeave    = "leave" // "15:04"
	FieldClock    = "clock" // "15:04"
	FieldVehicle  = "vehicle"
	FieldBoxes    = "capacity" // boxes that a vehicle takes
	FieldGift     = "gift"     // several: ids of gifts to fetch
	FieldFetch    = "fetch"    // several: what people who left still have
	FieldDrop     = "drop_"    // followed by the id of a spool: the maker who gets it
	FieldSlot     = "slot"
	FieldFrom     = "from" // "15:04"
	FieldTo       = "to"
	FieldHappened = "at" // milliseconds since 1970, by the clock of a telephone

	FieldSignature = "signature" // a drawing
	FieldMaker     = "maker"
	FieldSteps     = "steps" // several: hand skills

	FieldDesign     = "design"   // id of a version
	FieldQuantityOf = "quantity" // products of a batch
	FieldPriority   = "priority" // one of Priorities
	FieldConfirm    = "confirm"  // "yes": what the change does was read
	FieldPhoto      = "photo"    // JPEG or PNG

	FieldAnswers = "answers" // who answers questions about a recall
	FieldHow     = "how"     // of fab.ToldWays
	FieldAside   = "aside"   // pieces of a recall that were found
	FieldGone    = "gone"    // those that are there no more

	FieldSubject = "subject" // what is recalled: a code of fab.Recall, a colon, an id

	FieldSpool = "spool" // id of a spool, or SpoolNone

	FieldRole = "role" // of the demo's bar

	FieldWhy      = "why"      // what a decision rests on
	FieldQuestion = "question" // what a trial is to find out
	FieldFunction = "function" // of a tester
	FieldPlace    = "place"    // of a tester, where it is in no list
	FieldMaking   = "making"   // scores
	FieldUse      = "use"
	FieldCleaning = "cleaning"
	FieldRemark   = "remark"
	FieldClaim    = "claim"
	FieldReplace  = "replace" // id of the version whose place is taken
	FieldBatches  = "batches" // MoveYes or MoveNo
	FieldNotice   = "notice_" // followed by a language

	FieldVersion = "version"
	FieldModel   = "file_"   // followed by the code of a part: a file to take in its place
	FieldKept    = "kept_"   // followed by the code of a part: hash of the file that was sent before
	FieldCalled  = "called_" // followed by the code of a part: what its sender called that file
	FieldRepair  = "repair_" // followed by the code of a part: RepairYes or RepairNo
	FieldScale   = "scale_"  // followed by the code of a part: one of Scales

	FieldSelf   = "self"   // SelfYes or SelfNo
	FieldCopies = "copies" // pieces in a file that a maker sliced
	FieldGCode  = "gcode"  // that file

	FieldStart     = "start" // G-code
	FieldEnd       = "end"
	FieldArcs      = "arcs"   // one of ArcChoices
	FieldPile      = "pile"   // copies that may stand on each other
	FieldClips     = "clips"  // a rectangle a line: left, front, right, back and height, in mm
	FieldMinX      = "min_x"  // in mm, as the other limits of the room
	FieldMinY      = "min_y"  //
	FieldMaxX      = "max_x"  //
	FieldMaxY      = "max_y"  //
	FieldHeight    = "height" //
	FieldInset     = "inset"
	FieldNozzleMax = "nozzle_max" // °C
	FieldBedMax    = "bed_max"
	FieldMore      = "more" // macros and extra commands, as TOML
)

// GoSend is the value of FieldGo that sends a form for good.
const GoSend = "send"
