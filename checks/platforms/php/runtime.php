<?php
// The PHP that runs here, and the one that serves the site, which is often another.

/** Adds php-cli, and the web server's PHP where it can be told which one serves the site, to the answer. */
function sr_runtimes($root, SrAnswer $out)
{
    $out->software(array('kind' => 'runtime', 'key' => 'php-cli', 'name' => 'PHP (command line)',
        'version' => PHP_VERSION, 'active' => true));
    $lines = sr_fpm_lines($root);
    $key = $lines ? 'php-fpm' : 'php-apache';
    $lines = $lines ? $lines : sr_php_lines_in('/etc/apache2/mods-enabled/php*.load');
    if (count($lines) === 1) {
        $version = $key === 'php-fpm' ? sr_fpm_full_version($lines[0]) : $lines[0];
        $out->software(array('kind' => 'runtime', 'key' => $key, 'name' => 'PHP (web server)', 'version' => $version,
            'active' => true));
    } elseif ($lines) {
        $out->gap('software', $key, 'PHP ' . implode(' and PHP ', $lines)
            . ' both serve web sites on this host; which one serves this site could not be told');
    }
}

/** Lines of PHP-FPM ("8.2") that may serve the site: whose pools run as its owner, else all that run or are set up. */
function sr_fpm_lines($root, $proc = '/proc', $etc = '/etc')
{
    $masters = array();
    $pools = array();
    foreach ((array) @scandir($proc) as $pid) {
        if (!ctype_digit((string) $pid)) {
            continue;
        }
        $command = (string) @file_get_contents("$proc/$pid/cmdline", false, null, 0, 300);
        if (preg_match('/^php-fpm[^:]*: master process \(([^)]*)\)/', $command, $part)) {
            $masters[(int) $pid] = sr_php_line_in($part[1]);
        } elseif (preg_match('/^php-fpm[^:]*: pool /', $command)) {
            $about = (string) @file_get_contents("$proc/$pid/stat", false, null, 0, 1000);
            $parent = preg_match('/\) \S (\d+) /', $about, $part) ? (int) $part[1] : 0;
            $pools[] = array($parent, @fileowner("$proc/$pid"));
        }
    }
    $masters = array_filter($masters);
    $owner = @fileowner($root);
    $mine = array();
    foreach ($pools as $pool) {
        if (isset($masters[$pool[0]]) && $pool[1] === $owner) {
            $mine[] = $masters[$pool[0]];
        }
    }
    $running = array_values(array_unique($mine ? $mine : $masters));
    return $running ? $running : sr_php_lines_in("$etc/php/*/fpm/pool.d/*.conf");
}

/** The lines of PHP that paths of a pattern name, each once. */
function sr_php_lines_in($pattern)
{
    return array_values(array_unique(array_filter(array_map('sr_php_line_in', (array) @glob($pattern)))));
}

/** "8.2" out of a path such as /etc/php/8.2/fpm, /opt/cpanel/ea-php82 or php8.2.load; null without one. */
function sr_php_line_in($path)
{
    $dotted = preg_match('/php[\/-]?v?(\d)\.(\d{1,2})(?!\d)/', $path, $part);
    return $dotted || preg_match('/php-?(\d)(\d)(?!\d)/', $path, $part) ? $part[1] . '.' . $part[2] : null;
}

/** The full version of an installed PHP-FPM as its own binary says it, else as much as is known. */
function sr_fpm_full_version($line)
{
    $short = str_replace('.', '', $line);
    $places = array("/usr/sbin/php-fpm$line", "/opt/cpanel/ea-php$short/root/usr/sbin/php-fpm",
        "/opt/plesk/php/$line/sbin/php-fpm", "/opt/remi/php$short/root/usr/sbin/php-fpm");
    foreach ($places as $place) {
        if (function_exists('shell_exec') && @is_executable($place)) {
            $said = (string) @shell_exec(escapeshellarg($place) . ' -n -v 2>/dev/null </dev/null');
            if (preg_match('/^PHP (\d+\.\d+\.\d+\S*)/', $said, $part)) {
                return $part[1];
            }
        }
    }
    return $line;
}
