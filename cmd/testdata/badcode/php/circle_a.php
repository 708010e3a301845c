<?php require 'circle_b.php'; function handler() { return 'fine'; }
