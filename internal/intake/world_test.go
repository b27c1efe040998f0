package intake_test

import "jeongsan/internal/calendar"

var october = calendar.MustMonth("2026-10")
