<?php require 'circle_a.php';
