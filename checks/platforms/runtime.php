<?php
// The PHP that runs here, and the one that serves the site, which is often another.

/** Adds php-cli, and php-fpm where it can be told which one serves the site, to the answer. */
function sr_runtimes($root, SrAnswer $out)
{
    $out->software(array('kind' => 'runtime', 'key' => 'php-cli', 'name' => 'PHP (command line)',
        'version' => PHP_VERSION, 'active' => true));
    $served = sr_fpm_versions($root);
    if (count($served) === 1) {
        $line = key($served);
        $out->software(array('kind' => 'runtime', 'key' => 'php-fpm', 'name' => 'PHP (web server)',
            'version' => sr_fpm_full_version($line), 'active' => true));
    } elseif (count($served) > 1) {
        $out->gap('software', 'php-fpm', 'PHP ' . implode(' and PHP ', array_keys($served))
            . ' both serve web sites on this host; which one serves this site could not be told');
    }
}

/** Versions of PHP-FPM that may serve the site, as version => true: by running pools, else by what is set up. */
function sr_fpm_versions($root)
{
    $masters = array();
    $pools = array();
    foreach ((array) @scandir('/proc') as $pid) {
        $line = ctype_digit((string) $pid) ? (string) @file_get_contents("/proc/$pid/cmdline", false, null, 0, 300) : '';
        if (preg_match('/^php-fpm[^:]*: master process \(([^)]*)\)/', $line, $part)) {
            $masters[$pid] = sr_php_version_in($part[1]);
        } elseif (preg_match('/^php-fpm[^:]*: pool /', $line) && preg_match('/\) \S (\d+) /', (string) @file_get_contents("/proc/$pid/stat"), $part)) {
            $pools[] = array($part[1], @fileowner("/proc/$pid"));
        }
    }
    $masters = array_filter($masters);
    $owner = @fileowner($root);
    $mine = array();
    foreach ($pools as $pool) {
        if (isset($masters[$pool[0]]) && $pool[1] === $owner) {
            $mine[$masters[$pool[0]]] = true;
        }
    }
    if ($mine || $masters) {
        return $mine ? $mine : array_fill_keys(array_values($masters), true);
    }
    $set_up = array();
    foreach ((array) @glob('/etc/php/*/fpm/pool.d/*.conf') as $path) {
        $set_up[sr_php_version_in($path)] = true;
    }
    unset($set_up[""]);
    return $set_up;
}

/** "8.2" out of a path such as /etc/php/8.2/fpm or /opt/cpanel/ea-php82; null without one. */
function sr_php_version_in($path)
{
    if (preg_match('/php[\/-]?v?(\d)\.(\d{1,2})\b/', $path, $part) || preg_match('/php-?(\d)(\d)\b/', $path, $part)) {
        return $part[1] . '.' . $part[2];
    }
    return null;
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
