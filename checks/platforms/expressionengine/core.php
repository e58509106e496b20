<?php
// ExpressionEngine itself: its version, the newest it knows of, and what is left of an update.

function sr_ee_core($site, SrAnswer $out)
{
    $path = $site['system'] . ($site['line'] === 2 ? '/expressionengine' : '/ee/legacy') . '/libraries/Core.php';
    $text = sr_read($path, 262144);
    if ($text === null) {
        $out->gap('software', 'core-version', sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }
    $version = preg_match('/^\s*define\(\s*["\']APP_VER["\']\s*,\s*["\']([^"\']{1,40})["\']/m', (string) $text, $part)
        ? $part[1]
        : null;
    $unfinished = sr_ee_unfinished($site, $version, $out);
    $cli = $site['system'] . '/ee/eecli.php';
    $update = @is_file($cli)
        ? sr_remedy('expressionengine-cli', array('file' => $cli))
        : 'expressionengine-wizard';
    $out->software(sr_ee_latest($site, $version, $out) + array(
        'kind' => 'core',
        'key' => 'expressionengine',
        'name' => 'ExpressionEngine',
        'version' => $version,
        'active' => true,
        'unfinished' => implode('; ', array_keys($unfinished)),
        'update' => $unfinished ? implode('; ', array_unique($unfinished)) : $update,
    ));
}

/** What is left of an update or an installation, in words => the remedy that ends it. */
function sr_ee_unfinished($site, $version, SrAnswer $out)
{
    $left = array();
    $level = sr_ee_setting($site, 'app_version');
    if (is_string($level) && preg_match('/^\d{3}$/D', $level)) {
        $level = $level[0] . '.' . $level[1] . '.' . $level[2]; // ExpressionEngine 2 wrote 2.5.5 as 255
    }
    if (is_string($level) && $version !== null && $level !== $version) {
        $end = is_file($site['system'] . '/ee/eecli.php') ? 'expressionengine-end-cli' : 'expressionengine-end';
        $left["the files are of $version, the database is of $level"] = $end;
    }
    $place = $site['line'] === 2 ? $site['system'] . '/installer' : $site['system'] . '/ee/installer';
    if (@is_dir($place) && $site['install'] instanceof SrGap) {
        $out->gap('software', 'installer', 'whether the installer answers: ' . $site['install']->reason,
            $site['install']->remedy);
    } elseif (@is_dir($place) && ($site['line'] === 2 || $site['install'] !== 'shut')) {
        $left["the installer answers to whoever opens the control panel ($place is there, and nothing keeps it shut)"] =
            $site['install'] === 'open' ? 'expressionengine-shut' : 'expressionengine-installer';
    }
    return $left;
}

/** What the site's cache says of the newest release: it is asked for when somebody opens the control panel. */
function sr_ee_latest($site, $version, SrAnswer $out)
{
    $known = array('known_from' => "ExpressionEngine's own version check");
    $path = $site['system'] . ($site['line'] === 2 ? '/expressionengine' : '/user') . '/cache/current_version';
    $text = sr_read($path, 262144);
    if ($text === null && sr_denied($path)) {
        $out->gap('software', 'current-version', sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }
    $cached = sr_unserialize($text);
    $answer = sr_pick($cached, array('data'));
    $latest = sr_ee_newest($answer, $version);
    if ($latest !== null) {
        $known['known_at'] = (int) sr_pick($cached, array('time'), 0);
        $known += $latest;
    }
    return $known;
}

/**
 * The newest release in the answer of the update service, and whether it mends a vulnerability; null where it is none.
 * From ExpressionEngine 4 on the answer is one release; before, a list of array(version, build, severity).
 */
function sr_ee_newest($answer, $version)
{
    $one = sr_pick($answer, array('latest_version'));
    $list = is_string($one) ? array(array($one, '', sr_pick($answer, array('severity')))) : $answer;
    $newest = null;
    $high = false;
    foreach (is_array($list) && !isset($list['error']) ? array_slice($list, 0, 500) : array() as $release) {
        $name = sr_pick($release, array(0));
        if (!is_string($name) || !preg_match('/^\d+\.\d[\w.+-]{0,40}$/D', $name)) {
            continue;
        }
        $newest = $newest === null || version_compare($name, $newest, '>') ? $name : $newest;
        $newer = $version !== null && version_compare($name, $version, '>');
        $high = $high || ($newer && sr_pick($release, array(2)) === 'high');
    }
    if ($newest === null) {
        return null;
    }
    $same = $version !== null && implode('.', array_slice(explode('.', $newest), 0, 2))
        === implode('.', array_slice(explode('.', $version), 0, 2));
    return array('latest' => $newest, 'latest_in_line' => $same ? $newest : null, 'security' => $high);
}
