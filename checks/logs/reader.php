<?php
// Reads what is new in a site's logs and reduces it to one document. Called by main.php in mode 'logs'.
//
// Options: host, root; part ('all', 'application', 'server'); cursors (by the hash of a path); since (when the last
// round read, 0 the first time); look_back, seconds, bytes, tail (limits); paths (path => format); nginx, apache, fpm,
// fpm_logs, usual (where the server's configuration and logs are); read (files another run has read).

/** One run: its limits, what it found, what it has to say. */
class SrLogRun
{
    const FILES = 150;

    public $options;
    public $that;
    public $budget;
    public $groups;
    public $now;
    public $zone;
    public $cursors = array();
    public $rows = array();
    public $access = array();
    public $seen = array();  // device:inode => offset up to which this run read it
    public $read = array();  // device:inode of files this run has read
    public $skip = array();
    public $left = 0;  // files beyond the limit

    public function __construct(array $options, array $site)
    {
        $this->options = $options;
        $this->budget = new SrLogBudget($options);
        $this->now = time();
        $this->zone = sr_logs_zone();
        $this->that = sr_logs_site($site, $options + array('root' => isset($site['root']) ? $site['root'] : ''));
        $this->groups = new SrLogGroups($this->that->prefixes(), $this->now);
        $read = isset($options['read']) ? (string) $options['read'] : '';
        foreach (preg_split('/ /', $read, -1, PREG_SPLIT_NO_EMPTY) as $name) {
            $this->skip[$name] = true;
        }
    }

    public function number($name, $default)
    {
        return isset($this->options[$name]) && is_numeric($this->options[$name]) ? $this->options[$name] + 0 : $default;
    }

    /** The key of a path's cursor; names may hold any bytes, and secrets. */
    public static function key($path)
    {
        return substr(hash('sha256', $path), 0, 16);
    }

    public function cursor($key)
    {
        return isset($this->options['cursors'][$key]) ? sr_logs_known($this->options['cursors'][$key]) : null;
    }
}

/** The parts of the document: files, groups, counts, and where reading goes on. */
function sr_logs_main(array $sources, array $options, array $site)
{
    $run = new SrLogRun($options, $site);
    $part = isset($options['part']) ? (string) $options['part'] : 'all';
    $all = $part === 'server' ? array() : array_merge(sr_logs_normal($sources), sr_logs_named($options));
    foreach (sr_logs_files($run, array_merge($all, sr_logs_server_sources($run->that, $options))) as $file) {
        sr_logs_read($run, $file);
    }
    return array(
        'read' => implode(' ', array_keys($run->read)),  // the first one: the script takes it from there
        'now' => $run->now,
        'zone' => $run->zone,
        'part' => $part,
        'user' => sr_user(),
        'sources' => $run->rows,
        'groups' => $run->groups->rows(),
        'counts' => $run->groups->counts,
        'other' => $run->groups->other,
        'grave' => $run->groups->grave,
        'access' => $run->access,
        'cursors' => sr_logs_cursor_rows($run->cursors),
        'unread' => array_slice($run->that->unread, 0, 20),
        'configured' => $run->that->configured,
        'served' => count($run->that->own),
        'left' => $run->left,
        'peak' => memory_get_peak_usage(true),
        'seconds' => round(microtime(true) - $run->budget->started, 3),
    );
}

/** Cursors as a list: a key of digits alone would not stay a text as a key of PHP's. */
function sr_logs_cursor_rows(array $cursors)
{
    $rows = array();
    foreach ($cursors as $key => $cursor) {
        $rows[] = array('key' => (string) $key) + $cursor;
    }
    return $rows;
}
