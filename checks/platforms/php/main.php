<?php
// The last part of the program: recognises the site, asks its platform, prints one JSON document.
//
// Arguments: mode ('facts' or 'logs'), root, platform ('auto' or a name), options as JSON.
// In mode 'logs', sr_logs_main($sources, $options, $site) returns the parts it adds to the document. Where no platform
// was recognised, $sources is empty and $site['platform'] is ''.

/** What has been gathered so far, so that even a fatal error of PHP ends in a document. */
class SrMain
{
    public static $answer;
    public static $document = array('platform' => '');
    public static $printed = false;
    public static $doing = 'starting';
    public static $reserve = '';
}

/** Prints the document, once. */
function sr_print(array $more = array())
{
    if (SrMain::$printed) {
        return;
    }
    SrMain::$printed = true;
    $answer = SrMain::$answer;
    $document = SrMain::$document + array(
        'software' => $answer->software,
        'accounts' => $answer->accounts,
        'gaps' => $answer->gaps,
        'as_of' => time(),
        'php' => PHP_VERSION,
    );
    echo sr_json($more + $document), "\n";
}

/** Says of every area what went wrong in all of them. */
function sr_gap_everywhere($item, $reason, $remedy = '', $cause = 'other')
{
    foreach (array('software', 'accounts', 'logs') as $area) {
        SrMain::$answer->gap($area, $item, $reason, $remedy, $cause);
    }
}

/** Runs when PHP ends, in whatever way: a fatal error becomes a gap that names it. */
function sr_last_words()
{
    SrMain::$reserve = '';
    if (SrMain::$printed) {
        return;
    }
    $error = error_get_last();
    $said = $error ? sr_cap($error['message'], 300) : 'it ended without a word';
    if (strpos($said, 'Allowed memory size') === 0) {
        ini_set('memory_limit', '512M');
    }
    sr_gap_everywhere('probe', 'PHP ended while ' . SrMain::$doing . ': ' . preg_replace('/\s+/', ' ', $said), '',
        'program-failed');
    sr_print();
    exit(0); // the document is whole, whatever PHP died of
}

/** Calls a part of a platform; what it throws becomes a gap in $areas instead of the end. */
function sr_guarded($doing, array $areas, $part, array $arguments)
{
    SrMain::$doing = $doing;
    $why = '';
    $cause = 'our-fault';
    try {
        return call_user_func_array($part, $arguments);
    } catch (SrDbError $error) {
        $why = $error->getMessage();
        $cause = sr_db_cause($error->getCode());
    } catch (Exception $error) {
        $why = get_class($error) . ': ' . $error->getMessage();
    } catch (Error $error) {
        $why = get_class($error) . ': ' . $error->getMessage() . ' (line ' . $error->getLine() . ')';
    }
    foreach ($areas as $area) {
        $item = is_string($part) ? 'probe:' . preg_replace('/^sr_/', '', $part) : 'probe';
        SrMain::$answer->gap($area, $item, "stopped while $doing: $why", '', $cause);
    }
    return null;
}

/** Why a root cannot be a site at all, or null. */
function sr_root_gap($root)
{
    if ($root === '' || $root[0] !== '/') {
        return new SrGap("the site's root is not an absolute path: $root", 'absolute-root', 'not-found');
    }
    clearstatcache();
    if (!@file_exists($root)) {
        return new SrGap("the site's root: " . sr_absence($root), sr_permission_remedy($root)
            ? sr_permission_remedy($root)
            : 'correct-root', sr_cause($root));
    }
    if (!@is_dir($root)) {
        return new SrGap("the site's root is not a folder: $root", 'correct-root',
            'not-found');
    }
    if (!@is_executable($root)) {
        return new SrGap("the site's root: " . sr_absence($root), sr_permission_remedy($root), sr_cause($root));
    }
    return null;
}

/** The first platform of $names that recognises the root, as array(name, site), or null. */
function sr_recognise($root, array $names, array $options)
{
    foreach ($names as $name) {
        $parts = SrRun::$platforms[$name];
        $areas = array('software', 'accounts', 'logs');
        $site = sr_guarded("looking for $name", $areas, $parts['recognise'], array($root, $options));
        if (is_array($site)) {
            return array($name, $site + array('root' => realpath($root), 'platform' => $name));
        }
    }
    return null;
}

/** Why nothing was recognised; names what else stands there when one platform was declared. */
function sr_unrecognised($root, $platform, array $options)
{
    $known = array_keys(SrRun::$platforms);
    if ($platform !== 'auto' && !isset(SrRun::$platforms[$platform])) {
        return new SrGap("no platform is called '$platform'; known are auto, "
            . implode(', ', $known), 'choose-platform');
    }
    $tried = $platform === 'auto' ? $known : array($platform);
    $looks = array();
    foreach ($tried as $name) {
        $parts = SrRun::$platforms[$name];
        $looks[] = $name . (isset($parts['looks_for']) ? ' (' . $parts['looks_for'] . ')' : '');
    }
    $reason = 'not recognised at ' . $root . ': looked for ' . implode(', ', $looks);
    $remedy = 'correct-root';
    if ($platform !== 'auto') {
        $other = sr_recognise($root, array_values(array_diff($known, $tried)), $options);
        if ($other) {
            return new SrGap("$reason; it is " . $other[0], sr_remedy('set-platform', array('platform' => $other[0])),
                'not-found');
        }
    }
    if (!@is_readable($root)) {
        $reason .= '; its names cannot be listed: ' . sr_absence($root);
        return new SrGap($reason, sr_permission_remedy($root), sr_cause($root));
    }
    return new SrGap($reason, $remedy, 'not-found');
}

/** Mode 'facts': what the platform and the PHP of the host say. */
function sr_facts_main($name, array $site)
{
    $areas = array('software', 'accounts');
    $arguments = array($site, SrMain::$answer);
    sr_guarded("reading $name", $areas, SrRun::$platforms[$name]['facts'], $arguments);
}

/** Mode 'logs': where the platform logs, handed to the reader. */
function sr_logs_mode($name, array $site, array $options)
{
    $sources = array();
    if ($name !== '' && isset(SrRun::$platforms[$name]['logs'])) {
        $part = SrRun::$platforms[$name]['logs'];
        $sources = sr_guarded("finding the logs of $name", array('logs'), $part, array($site));
    }
    $sources = is_array($sources) ? $sources : array();
    $more = sr_guarded('reading logs', array('logs'), 'sr_logs_main', array($sources, $options, $site));
    return is_array($more) ? $more : array();
}

function sr_main(array $argv)
{
    $mode = isset($argv[1]) ? $argv[1] : 'facts';
    $root = isset($argv[2]) ? $argv[2] : '';
    $platform = isset($argv[3]) && $argv[3] !== '' ? $argv[3] : 'auto';
    $options = isset($argv[4]) ? json_decode($argv[4], true) : array();
    $options = is_array($options) ? $options : array();
    SrMain::$document = array('platform' => '', 'root' => $root);
    SrRun::$astray = sr_leads_astray($root);
    $gap = sr_root_gap($root);
    $wanted = $platform === 'auto' ? SrRun::$platforms : array_intersect_key(SrRun::$platforms, array($platform => 1));
    $found = $gap ? null : sr_recognise($root, array_keys($wanted), $options);
    if (!$found) {
        $gap = $gap ? $gap : sr_unrecognised($root, $platform, $options);
        sr_gap_everywhere('site', $gap->reason, $gap->remedy, $gap->cause);
    }
    list($name, $site) = $found ? $found : array('', array('root' => $root, 'platform' => ''));
    SrMain::$document['platform'] = $name;
    if ($mode === 'logs') {
        sr_print(sr_logs_mode($name, $site, $options));
        return;
    }
    if ($found) {
        sr_facts_main($name, $site);
    }
    sr_guarded('looking at PHP', array('software'), 'sr_runtimes', array($site['root'], SrMain::$answer));
    sr_print();
}

SrMain::$answer = new SrAnswer();
SrMain::$reserve = str_repeat('x', 1048576);
register_shutdown_function('sr_last_words');
sr_main($argv);
