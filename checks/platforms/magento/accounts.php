<?php
// Who can administer a Magento 2: admin users with their roles, and integrations with their tokens.

/** A session with the default connection's database, or SrGap. */
function sr_magento_database($site)
{
    $path = $site['root'] . '/app/etc/env.php';
    if ($site['env'] === null) {
        return new SrGap(sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }
    $prefix = sr_pick($site['env'], array('return', 'db', 'table_prefix'), '');
    if ($prefix instanceof SrUnknown) {
        return new SrGap("the table prefix in $path is known only to the running site: " . $prefix->reason);
    }
    $settings = sr_pick($site['env'], array('return', 'db', 'connection', 'default'), null);
    if (is_array($settings)) {
        return sr_mage_database($settings, $path);
    }
    $cloud = sr_magento_cloud();
    if ($cloud !== null) {
        return sr_mage_database($cloud, 'MAGENTO_CLOUD_RELATIONSHIPS');
    }
    $why = $settings instanceof SrUnknown ? ' (' . $settings->reason . ')' : '';
    return new SrGap("no database connection can be read in $path$why", 'magento-database');
}

/** The settings that a cloud host gives by its environment, or null. */
function sr_magento_cloud()
{
    $read = json_decode((string) base64_decode((string) getenv('MAGENTO_CLOUD_RELATIONSHIPS')), true, 16);
    $settings = sr_pick($read, array('database', 0), null);
    return is_array($settings) && isset($settings['path']) ? array('dbname' => $settings['path']) + $settings : null;
}

function sr_magento_accounts($site, $db, SrAnswer $out)
{
    $allow = "SELECT role_id, resource_id FROM {authorization_rule} WHERE permission = 'allow' LIMIT 100000";
    // Integrations keep their roles in the same table, as user type 1, and count their ids from 1 as well.
    $select = "SELECT u.user_id, u.role_id AS own_id, g.role_id, g.role_name FROM {authorization_role} u"
        . " LEFT JOIN {authorization_role} g ON g.role_id = u.parent_id AND g.role_type = 'G'"
        . " WHERE u.role_type = 'U' AND u.user_id > 0 AND (u.user_type IS NULL OR u.user_type ";
    $roles = sr_mage_roles($db, $site['prefix'], "$select <> '1') LIMIT 20000", $allow, 'Magento_Backend::all', $out);
    sr_magento_users($site, $db, $roles, $out);
    $roles = sr_mage_roles($db, $site['prefix'], "$select = '1') LIMIT 20000", $allow, 'Magento_Backend::all', $out);
    sr_magento_integrations($site, $db, $roles, $out);
}

/** What a query that names its columns id and value finds, as id => value; empty where its table is not there. */
function sr_magento_values($site, $db, $query)
{
    return sr_mage_column((array) sr_mage_rows($db, $site['prefix'], $query), 'id', 'value');
}

function sr_magento_users($site, $db, $roles, SrAnswer $out)
{
    $left = sr_magento_values($site, $db, 'SELECT user_id AS id, TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), expires_at)'
        . ' AS value FROM {admin_user_expiration} LIMIT 20000');
    $sessions = sr_magento_values($site, $db, 'SELECT user_id AS id, UNIX_TIMESTAMP(MAX(updated_at)) AS value'
        . ' FROM {admin_user_session} WHERE user_id IS NOT NULL GROUP BY user_id LIMIT 20000');
    $tokens = sr_magento_values($site, $db, 'SELECT admin_id AS id, UNIX_TIMESTAMP(MAX(created_at)) AS value'
        . ' FROM {oauth_token} WHERE admin_id IS NOT NULL GROUP BY admin_id LIMIT 20000');
    $factors = sr_magento_second_factors($site, $db);
    foreach (sr_mage_users($db, $site['prefix'], $out) as $user) {
        $id = $user['user_id'];
        $account = sr_mage_account($user, $roles);
        $account['enabled'] = $account['enabled'] && (!isset($left[$id]) || (int) $left[$id] > 0);
        $account['second_factor'] = is_array($factors) ? isset($factors[$id]) : $factors;
        foreach (array('admin session' => $sessions, 'API token issued' => $tokens) as $source => $times) {
            $at = isset($times[$id]) ? sr_mage_time($times[$id]) : null;
            if ($at !== null) {
                $account['evidence'][] = array('at' => $at, 'source' => $source);
            }
        }
        $out->account($account);
    }
}

/** User ids that have a second factor set up, as keys; or false: none is asked for; or null: not known. */
function sr_magento_second_factors($site, $db)
{
    if ($site['enabled'] === null) {
        return null;
    }
    $on = array_filter($site['enabled']);
    $settings = sr_magento_values($site, $db, "SELECT path AS id, value FROM {core_config_data} WHERE scope = 'default'"
        . " AND path IN ('adobe_ims/integration/admin_enabled', 'twofactorauth/general/enable')");
    $settings += array('adobe_ims/integration/admin_enabled' => '0', 'twofactorauth/general/enable' => '1');
    if ($settings['adobe_ims/integration/admin_enabled'] === '1') {
        return null; // people log in at Adobe, which keeps its second factor to itself
    }
    $off = isset($on['Markshust_DisableTwoFactorAuth']) && $settings['twofactorauth/general/enable'] === '0';
    $tables = array('Magento_TwoFactorAuth' => 'tfa_user_config', 'MSP_TwoFactorAuth' => 'msp_tfa_user_config');
    foreach ($tables as $module => $table) {
        if (isset($on[$module]) && !$off) {
            // The encrypted text of an empty configuration is 44 to 48 characters long: nothing is set up in it.
            $query = "SELECT user_id AS id FROM {{$table}} WHERE LENGTH(encoded_config) > 48 LIMIT 20000";
            $rows = sr_mage_rows($db, $site['prefix'], $query);
            return $rows === null ? null : sr_mage_column($rows, 'id', 'id');
        }
    }
    $others = preg_grep('/^(Magento|MSP)_/', array_keys($on), PREG_GREP_INVERT);
    return sr_mage_guards_login($others) ? null : false;
}

/** Active integrations as accounts: they act by tokens, whoever made them. */
function sr_magento_integrations($site, $db, $roles, SrAnswer $out)
{
    $rows = sr_mage_rows($db, $site['prefix'], 'SELECT integration_id, name, email, consumer_id,'
        . ' UNIX_TIMESTAMP(created_at) AS created FROM {integration} WHERE status = 1 ORDER BY 1 LIMIT 1000');
    $signed = sr_magento_values($site, $db, 'SELECT consumer_id AS id, MAX(timestamp) AS value FROM {oauth_nonce}'
        . ' GROUP BY consumer_id LIMIT 5000');
    foreach ($rows === null ? array() : $rows as $row) {
        $id = $row['integration_id'];
        $at = isset($signed[$row['consumer_id']]) ? sr_mage_time($signed[$row['consumer_id']]) : null;
        $powers = isset($roles[$id]) ? array_slice($roles[$id]['powers'], 0, 9) : array();
        // What an integration may do is said in full or not at all: half of it would look like a gain later on.
        $powers = $roles === null ? array() : array_merge(array('api'), $powers);
        $out->account(array(
            'login' => 'integration:' . $row['name'],
            'id' => 'integration:' . $id,
            'name' => (string) $row['name'],
            'email' => (string) $row['email'],
            'roles' => array('integration'),
            'powers' => $powers,
            'created' => sr_mage_time($row['created']),
            'enabled' => true,
            'evidence' => $at === null ? array() : array(array('at' => $at, 'source' => 'signed API request')),
            'tokens_used' => $at,
        ));
    }
}
