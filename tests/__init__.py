"""The tests: folders mirror ezscale/, journeys/ tells whole stories, browser/ looks at real pages."""
