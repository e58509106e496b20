<?php
// The logs of a site: its platform's, those the inventory names, the web server's and PHP-FPM's.

/** The paths a pattern stands for. A name that is there is taken as it is, whatever signs are in it. At most 2,000. */
function sr_logs_glob($pattern)
{
    $found = array('');
    foreach (explode('/', ltrim($pattern, '/')) as $segment) {
        $next = array();
        foreach ($found as $base) {
            if (strpbrk($segment, '*?[') === false || @lstat("$base/$segment")) {
                $next[] = "$base/$segment";
                continue;
            }
            $names = sr_list($base === '' ? '/' : $base);
            foreach ($names === null ? array() : $names as $name) {
                if (fnmatch($segment, $name, FNM_PERIOD) && count($next) < 2000) {
                    $next[] = "$base/$name";
                }
            }
        }
        $found = $next;
    }
    return $found;
}

/** The folder in which a pattern begins to be one. */
function sr_logs_folder($pattern)
{
    $path = '';
    foreach (explode('/', ltrim($pattern, '/')) as $segment) {
        if (strpbrk($segment, '*?[') !== false && !@lstat("$path/$segment")) {
            break;
        }
        $path .= "/$segment";
    }
    return $path;
}

/** What the run knows of the site: folders, names, the servers that serve it, its pools. */
class SrLogSite
{
    public $roots = array();  // ways to the site, without a slash at the end, the longest first
    public $public = array();  // folders whose files a visitor may ask for
    public $names = array();
    public $own = array();
    public $others = array();
    public $pools = array();
    public $unread = array();  // configuration that could not be read
    public $owner = null;  // of the root: a user's number
    public $configured = false;  // a web server's configuration was found

    /** The folders that are the site's, links resolved; with what its releases share, where it is one of several. */
    public function folders()
    {
        $folders = array_filter(array_map('realpath', $this->roots));
        foreach ($folders as $folder) {
            if (preg_match('#^(/.+)/releases/[^/]+(?:/|$)#D', $folder, $part)) {
                $folders[] = $part[1] . '/shared';
            }
        }
        return array_diff($folders, array('/'));
    }

    /** What the paths of the site begin with. */
    public function prefixes()
    {
        $prefixes = array();
        foreach ($this->roots as $root) {
            $prefixes[] = $root . '/';
        }
        return $prefixes;
    }
}

function sr_logs_site(array $site, array $options)
{
    $that = new SrLogSite();
    $given = isset($options['root']) ? $options['root'] : '';
    $found = isset($site['root']) ? $site['root'] : '';
    foreach (array($given, $given === '' ? '' : @realpath($given), $found) as $root) {
        if (is_string($root) && $root !== '') {
            $that->roots[] = rtrim($root, '/');
        }
    }
    $that->roots = array_values(array_unique($that->roots));
    usort($that->roots, function ($left, $right) {
        return strlen($right) - strlen($left);
    });
    $owner = $that->roots ? @fileowner($that->roots[0]) : false;
    $that->owner = $owner === false ? null : $owner;
    $host = isset($options['host']) ? strtolower((string) $options['host']) : '';
    $other = strpos($host, 'www.') === 0 ? substr($host, 4) : "www.$host";
    $that->names = $host === '' ? array() : array($host, $other);
    sr_logs_find_servers($that, $options);
    $pools = sr_logs_pools(sr_logs_option($options, 'fpm'), $that->unread);
    $that->pools = sr_logs_own_pools($pools, $that->own, $that->others, $that->roots ? end($that->roots) : '/');
    sr_logs_find_public($that);
    return $that;
}

function sr_logs_option(array $options, $name)
{
    return isset($options[$name]) && is_array($options[$name]) ? $options[$name] : array();
}

/** The servers whose files are the site's; else those that are called like it. */
function sr_logs_find_servers(SrLogSite $that, array $options)
{
    $all = new SrLogServers();
    foreach (sr_logs_option($options, 'nginx') as $main) {
        sr_logs_nginx($main, $all);
    }
    foreach (sr_logs_option($options, 'apache') as $main) {
        sr_logs_apache($main, $all);
    }
    $that->configured = $all->found;
    $that->unread = $all->unread;
    $accepted = array();
    foreach ($that->roots as $root) {
        foreach (array('', '/pub', '/public', '/web', '/htdocs', '/public_html', '/www', '/httpdocs') as $below) {
            $accepted[] = $root . $below;
        }
    }
    $called = array();
    foreach ($all->servers as $server) {
        $mine = false;
        foreach ($server->roots as $root) {
            $real = @realpath($root);
            $mine = $mine || array_intersect(array(rtrim($root, '/'), (string) $real), $accepted);
        }
        if ($mine) {
            $that->own[] = $server;
        } elseif (array_intersect($server->names, $that->names)) {
            $called[] = $server;
        }
    }
    $that->own = $that->own ? $that->own : $called;
    foreach ($all->servers as $server) {
        if (!in_array($server, $that->own, true)) {
            $that->others[] = $server;
        }
    }
}

/** The folders a visitor may ask for files of: as the web server says, else the root if it looks like one. */
function sr_logs_find_public(SrLogSite $that)
{
    foreach ($that->own as $server) {
        foreach ($server->roots as $root) {
            $real = @realpath($root);
            if ($real) {
                $that->public[$real] = true;
            }
        }
    }
    foreach ($that->own ? array() : $that->roots as $root) {
        $inner = array("$root/pub/index.php", "$root/public/index.php", "$root/web/index.php");
        $inner = array_filter($inner, 'file_exists');
        if (@file_exists("$root/index.php") && !$inner) {
            $that->public[$root] = true;
        }
    }
    $that->public = array_keys($that->public);
}

/** The path by which a visitor may be able to ask for a file, or ''. */
function sr_logs_public($path, SrLogSite $that)
{
    if (substr($path, -4) === '.php' || preg_match('/[0-9a-f]{32}/', basename($path))) {
        return '';  // answers with nothing, or has a name that cannot be guessed
    }
    foreach ($that->public as $root) {
        if (strpos($path, "$root/") !== 0) {
            continue;
        }
        $asked = substr($path, strlen($root));
        $nginx = false;
        foreach ($that->own as $server) {
            $nginx = $nginx || $server->kind === 'nginx';
            foreach ($server->denied as $pattern) {
                if (@preg_match($pattern, $asked)) {
                    return '';
                }
            }
        }
        for ($folder = dirname($path); !$nginx && strlen($folder) >= strlen($root); $folder = dirname($folder)) {
            $rules = @is_file("$folder/.htaccess") ? (string) sr_read("$folder/.htaccess", 65536) : '';
            if (preg_match('/^\s*(?:deny from all|require all denied)/im', $rules)) {
                return '';
            }
        }
        return $asked;
    }
    return '';
}

/** One source, whole. `$only`: null, or whose lines of a shared log are this site's: array('names', 'pools'). */
function sr_logs_source($path, $format, $purpose, $only = null, $optional = false)
{
    return array('path' => $path, 'format' => $format, 'purpose' => $purpose, 'off' => '', 'remedy' => '',
        'only' => $only, 'optional' => $optional, 'named' => true);
}

/**
 * Why a log may not be read for this site, or ''. What the inventory or the server's own configuration names ('named')
 * lies where it lies; what the site names must lie below its root, or belong to the account that the root belongs to
 * and lie below no other site's. Links that root did not make are followed by nobody, except to below the root.
 */
function sr_logs_refused($path, array $source, SrLogSite $that)
{
    $real = @realpath($path);
    $stat = $real ? @stat($real) : false;
    if (!$stat) {
        return '';  // nothing that could be read
    }
    if (sr_logs_lies_below($real, $that->folders())) {
        $own = $that->owner === $stat['uid'] || (function_exists('posix_geteuid') && posix_geteuid() === $stat['uid']);
        return $own || $stat['nlink'] < 2 ? '' : 'a second name of a file that is not the site\'s: ' . $path;
    }
    if (sr_is_linked($path)) {
        return 'a link to what lies outside of the site: ' . $path;
    }
    if ($source['named']) {
        return '';
    }
    foreach ($that->others as $server) {
        if (sr_logs_lies_below($real, array_filter(array_map('realpath', $server->roots)))) {
            return 'it lies in the folder of another site: ' . $path;
        }
    }
    return in_array($that->owner, array($stat['uid'], @fileowner(dirname($real))), true)
        ? ''
        : 'it lies outside of the site and is not its account\'s; `paths` of the inventory may name it: ' . $path;
}

function sr_logs_lies_below($path, array $folders)
{
    foreach ($folders as $folder) {
        if (strpos($path, rtrim($folder, '/') . '/') === 0) {
            return true;
        }
    }
    return false;
}

/** The server's sources: its servers' logs, PHP-FPM's, and, where no server could be told, what usually is there. */
function sr_logs_server_sources(SrLogSite $that, array $options)
{
    $sources = array();
    $names = $that->names;
    foreach ($that->own as $server) {
        $names = array_merge($names, $server->names);
    }
    $only = array('names' => array_values(array_unique($names)), 'pools' => array());
    foreach ($that->own as $server) {
        foreach ($server->errors as $path) {
            $shared = sr_logs_shared($path, 'errors', $that);
            $sources[] = sr_logs_source($path, $server->kind . '-error', 'server-error', $shared ? $only : null);
        }
        foreach ($server->accesses as $path) {
            if (sr_logs_shared($path, 'accesses', $that)) {
                $sources[] = array('off' => 'shared') + sr_logs_source($path, 'nginx-access', 'access');
            } else {
                $sources[] = sr_logs_source($path, 'nginx-access', 'access');
            }
        }
    }
    foreach ($that->own ? array() : sr_logs_option($options, 'usual') as $pattern) {
        $kind = strpos($pattern, 'nginx') === false ? 'apache' : 'nginx';
        $sources[] = sr_logs_source($pattern, "$kind-error", 'server-error', $only, true);
    }
    foreach ($that->pools as $pool) {
        if ($pool['log'] !== '' && $pool['log'][0] === '/') {
            $named = $pool['alone'] ? null : array('names' => array(), 'pools' => array());
            $sources[] = sr_logs_source($pool['log'], 'php', 'php', $named);
        }
        $only['pools'][] = $pool['name'];
    }
    foreach ($only['pools'] ? sr_logs_option($options, 'fpm_logs') : array() as $pattern) {
        $sources[] = sr_logs_source($pattern, 'php', 'php', array('names' => array(), 'pools' => $only['pools']), true);
    }
    return $sources;
}

/** Whether other sites write to the same log. */
function sr_logs_shared($path, $kind, SrLogSite $that)
{
    foreach ($that->others as $server) {
        if (in_array($path, $server->{$kind}, true)) {
            return true;
        }
    }
    return false;
}

/** A function that says of a record's text whether it concerns the site, or null where all do. */
function sr_logs_mine($only, SrLogSite $that)
{
    if ($only === null) {
        return null;
    }
    $roots = $that->roots;
    return function ($said) use ($only, $roots) {
        $bare = preg_replace('/"(?:[^"\\\\]|\\\\.)*+"/s', '""', $said);
        $served = '/, client: [^,\s]{1,60}, server: ([^,\s]*)/';
        if (preg_match($served, (string) $bare, $part) || preg_match('/.*' . substr($served, 1) . 's', $said, $part)) {
            return in_array(strtolower($part[1]), $only['names'], true);
        }
        if (preg_match('/^\[pool ([^\]]{1,80})\]/', $said, $part)) {
            return in_array($part[1], $only['pools'], true);
        }
        foreach ($roots as $root) {
            if (strpos($said, "$root/") !== false) {
                return true;
            }
        }
        return false;
    };
}
