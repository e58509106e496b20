SET NAMES utf8mb4;
SET time_zone = '+00:00';
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE `{px}admin_user` (
  `user_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `firstname` varchar(32) DEFAULT NULL,
  `lastname` varchar(32) DEFAULT NULL,
  `email` varchar(128) DEFAULT NULL,
  `username` varchar(40) DEFAULT NULL,
  `password` varchar(255) NOT NULL,
  `created` timestamp NOT NULL DEFAULT current_timestamp(),
  `modified` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `logdate` timestamp NULL DEFAULT NULL,
  `lognum` smallint(5) unsigned NOT NULL DEFAULT 0,
  `reload_acl_flag` smallint(6) NOT NULL DEFAULT 0,
  `is_active` smallint(6) NOT NULL DEFAULT 1,
  `extra` text DEFAULT NULL,
  `rp_token` text DEFAULT NULL,
  `rp_token_created_at` timestamp NULL DEFAULT NULL,
  `interface_locale` varchar(16) NOT NULL DEFAULT 'en_US',
  `failures_num` smallint(6) DEFAULT 0,
  `first_failure` timestamp NULL DEFAULT NULL,
  `lock_expires` timestamp NULL DEFAULT NULL,
  UNIQUE KEY `username` (`username`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}admin_user_session` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `session_id` varchar(1) DEFAULT NULL,
  `user_id` int(10) unsigned DEFAULT NULL,
  `status` smallint(5) unsigned NOT NULL DEFAULT 1,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  `ip` varchar(15) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}admin_user_expiration` (
  `user_id` int(10) unsigned NOT NULL PRIMARY KEY,
  `expires_at` datetime NOT NULL DEFAULT '0000-00-00 00:00:00'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}authorization_role` (
  `role_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `parent_id` int(10) unsigned NOT NULL DEFAULT 0,
  `tree_level` smallint(5) unsigned NOT NULL DEFAULT 0,
  `sort_order` smallint(5) unsigned NOT NULL DEFAULT 0,
  `role_type` varchar(1) NOT NULL DEFAULT '0',
  `user_id` int(10) unsigned NOT NULL DEFAULT 0,
  `user_type` varchar(16) DEFAULT NULL,
  `role_name` varchar(50) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}authorization_rule` (
  `rule_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `role_id` int(10) unsigned NOT NULL DEFAULT 0,
  `resource_id` varchar(255) DEFAULT NULL,
  `privileges` varchar(20) DEFAULT NULL,
  `permission` varchar(10) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}core_config_data` (
  `config_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `scope` varchar(8) NOT NULL DEFAULT 'default',
  `scope_id` int(11) NOT NULL DEFAULT 0,
  `path` varchar(255) NOT NULL DEFAULT 'general',
  `value` text DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}setup_module` (
  `module` varchar(50) NOT NULL PRIMARY KEY,
  `schema_version` varchar(50) DEFAULT NULL,
  `data_version` varchar(50) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}oauth_token` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `consumer_id` int(10) unsigned DEFAULT NULL,
  `admin_id` int(10) unsigned DEFAULT NULL,
  `customer_id` int(10) unsigned DEFAULT NULL,
  `type` varchar(16) NOT NULL,
  `revoked` smallint(5) unsigned NOT NULL DEFAULT 0,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp()
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}oauth_nonce` (
  `nonce` varchar(32) NOT NULL,
  `timestamp` int(10) unsigned NOT NULL,
  `consumer_id` int(10) unsigned NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}integration` (
  `integration_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(255) NOT NULL,
  `email` varchar(255) NOT NULL,
  `status` smallint(5) unsigned NOT NULL,
  `consumer_id` int(10) unsigned DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp()
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE `{px}tfa_user_config` (
  `config_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `user_id` int(10) unsigned NOT NULL,
  `encoded_providers` text DEFAULT NULL,
  `encoded_config` text DEFAULT NULL,
  `default_provider` varchar(255) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
