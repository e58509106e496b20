<?php
// Where a WordPress and WooCommerce write their logs, and whether they do.

function sr_wp_logs(array $site)
{
    $sources = array(sr_wp_debug_log($site));
    $ini = sr_pick($site['read'], array('ini', 'error_log'));
    if (is_string($ini) && sr_is_path($ini) && $ini !== $sources[0]['path']) {
        $sources[] = sr_wp_log($ini, 'php', 'php');
    }
    $uploads = sr_wp_uploads($site);
    if ($uploads !== null && @is_dir("$uploads/wc-logs")) {
        $sources[] = sr_wp_log("$uploads/wc-logs/*.log", 'wc', 'application');
    }
    return $sources;
}

/** `$unsure`: the code of the cause where it cannot be told whether the log is switched off; '' where it can. */
function sr_wp_log($path, $format, $purpose, $off = '', $remedy = '', $unsure = '')
{
    $source = array('path' => $path, 'format' => $format, 'purpose' => $purpose, 'off' => $off, 'remedy' => $remedy);
    return $unsure === '' ? $source : $source + array('unsure' => $unsure);
}

/** debug.log, or wherever WP_DEBUG_LOG points; only written while WP_DEBUG is on as well. */
function sr_wp_debug_log(array $site)
{
    $content = is_string($site['content']) ? $site['content'] : $site['root'] . '/wp-content';
    $path = "$content/debug.log";
    if ($site['read'] === null) {
        $why = 'whether WordPress logs is not known: ' . $site['problem']->reason;
        return sr_wp_log($path, 'php', 'application', $why, $site['problem']->remedy, $site['problem']->cause);
    }
    $log = sr_wp_constant($site, 'WP_DEBUG_LOG', false);
    $type = sr_wp_constant($site, 'WP_ENVIRONMENT_TYPE', 'production');
    $debug = sr_wp_constant($site, 'WP_DEBUG', $type === 'development');
    foreach (array('WP_DEBUG' => $debug, 'WP_DEBUG_LOG' => $log) as $name => $value) {
        if ($value instanceof SrUnknown) {
            $why = "whether WordPress logs is not known: $name: " . $value->reason;
            $remedy = sr_remedy('plain-value', array('name' => $name));
            return sr_wp_log($path, 'php', 'application', $why, $remedy, 'not-understood');
        }
    }
    $on = is_scalar($log) && in_array(strtolower((string) $log), array('true', '1'), true);
    if (!$on && is_string($log) && sr_is_path($log)) {
        $path = $log;
        $on = true;
    }
    $off = $debug ? '' : 'WP_DEBUG is off, so that WP_DEBUG_LOG has no effect';
    $off = $on ? $off : 'WP_DEBUG_LOG is off: WordPress writes no log of its own';
    return sr_wp_log($path, 'php', 'application', $off, $off === '' ? '' : 'wordpress-log');
}

/** The folder of uploads; null where only the running site knows it. */
function sr_wp_uploads(array $site)
{
    $uploads = sr_wp_constant($site, 'UPLOADS');
    if (is_string($uploads) && $uploads !== '') {
        return $site['root'] . '/' . trim($uploads, '/');
    }
    return is_string($site['content']) && $uploads === null ? $site['content'] . '/uploads' : null;
}
