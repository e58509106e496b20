<?php
// Where ExpressionEngine logs, and what keeps it from logging.

/** Where it logs. By default it writes nothing, and keeps PHP's own errors from PHP's log: both are said. */
function sr_ee_logs($site)
{
    if ($site['gap']) {
        return array();
    }
    $folder = $site['system'] . ($site['line'] === 2 ? '/expressionengine/logs' : '/user/logs');
    $off = sr_ee_log_off($site, $folder);
    $sources = array(array(
        'path' => "$folder/log-*.php",
        'format' => 'ee',
        'purpose' => 'application',
        'off' => $off,
        'remedy' => $off === ''
            ? ''
            : sr_remedy('expressionengine-log', array('path' => $site['config_path'])),
    ));
    if ($site['debug'] === 0) {
        $sources[] = array(
            'path' => $site['root'] . '/index.php',
            'format' => 'php',
            'purpose' => 'php',
            'off' => '$debug is 0 in index.php: ExpressionEngine then switches PHP\'s error reporting off, and fatal '
                . 'errors of the site reach no log. What shows them is the access log: answers of 500 and above',
            'remedy' => 'expressionengine-errors',
        );
    }
    return $sources;
}

/** Why its own log is not written; '' where it is. */
function sr_ee_log_off($site, $folder)
{
    $threshold = sr_ee_setting($site, 'log_threshold');
    if ($site['config'] === null || $threshold instanceof SrUnknown) {
        return '';
    }
    if ((int) $threshold <= 0) {
        return 'log_threshold is 0, as it is by default: ExpressionEngine writes no log at all';
    }
    if (!@is_dir($folder) && !sr_denied($folder)) {
        return "log_threshold is $threshold, but $folder is missing: ExpressionEngine writes nothing without it";
    }
    return '';
}
