<?php exit(9);
